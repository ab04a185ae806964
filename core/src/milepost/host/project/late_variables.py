"""Variables of which some are not known before config sources are asked: that is done when one of them is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from milepost.host.language.values import Unknown, Value


class LateVariables(Mapping[str, Value]):
    """The values by their names. Using one that is unknown may raise what asking for it raises."""

    def __init__(self, known: Mapping[str, Value], ask: Callable[[], Mapping[str, Value]]) -> None:
        """Make them of what is known; `ask` returns all values, and is called once, if at all."""
        self._known, self._ask = known, ask
        self._has_asked = False

    @property
    def now(self) -> Mapping[str, Value]:
        """What is known without asking."""
        return self._known

    def __getitem__(self, name: str) -> Value:
        """Return a value. Raises KeyError for a name that is not there, ProjectFileError for what cannot be had."""
        value = self._known[name]
        if not isinstance(value, Unknown) or self._has_asked:
            return value
        self._known, self._has_asked = self._ask(), True
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a variable; nobody is asked for that."""
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._known)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._known)
