"""The catalog: which words are installed for which role, and which distribution a word means."""

from __future__ import annotations

from collections.abc import Iterable

from milepost.host.plugins.scan import Entry, normal
from milepost.host.predecessor import advice
from milepost.sdk.errors import PluginAmbiguousError, PluginBrokenError, PluginError, PluginNotFoundError

__all__ = ["API", "Catalog", "Entry"]

API = 1
"""The plugin API of this host. The seam says it too, but cannot be imported without pluggy."""


class Catalog:
    """The plugins that are installed. Nothing of them is imported to answer."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    def words(self, role: str) -> tuple[str, ...]:
        """Return the words that can be used for a role, sorted."""
        return tuple(sorted({each.word for each in self._usable(role)}))

    def versions(self, name: str) -> dict[str, str]:
        """Return the distributions that offer a word, or have that name, with their versions."""
        named = (each for each in self.entries if name in (each.word, each.distribution))
        return {each.distribution: each.version for each in named}

    def find(self, role: str, word: str) -> Entry:
        """Return the entry that `word`, or `distribution:word`, means.

        Raises PluginNotFoundError, PluginAmbiguousError, and PluginBrokenError for one of another API.
        """
        named = self._named(self._usable(role), word)
        if len(named) == 1:
            return named[0]
        if named:
            raise PluginAmbiguousError(role, word, tuple(each.distribution for each in named))
        raise self._missing(role, word)

    def _usable(self, role: str) -> tuple[Entry, ...]:
        """Return the entries of a role that this host can load."""
        return tuple(each for each in self.entries if each.role == role and each.api == API)

    @staticmethod
    def _named(entries: Iterable[Entry], word: str) -> tuple[Entry, ...]:
        """Return the entries that a word, with or without its distribution, means."""
        distribution, _, plain = word.rpartition(":")
        chosen = (each for each in entries if each.word == plain)
        return tuple(each for each in chosen if not distribution or each.distribution == normal(distribution))

    def _missing(self, role: str, word: str) -> PluginError:
        """Return why no usable plugin has that word."""
        if foreign := self._named((each for each in self.entries if each.role == role), word):
            return _of_another_api(foreign[0])
        error = PluginNotFoundError(role, word, self._choices(role, word))
        others = sorted({each.role for each in self._named(self.entries, word) if each.api == API})
        if known := advice(word):
            error.hint = known
        if others:
            error.hint = f"{word!r} is installed as {' and as '.join(others)}, not as {role}"
        return error

    def _choices(self, role: str, word: str) -> tuple[str, ...]:
        """Return what could have been written instead, in the form that was written."""
        if ":" not in word:
            return self.words(role)
        return tuple(sorted(f"{each.distribution}:{each.word}" for each in self._usable(role)))


def _of_another_api(entry: Entry) -> PluginBrokenError:
    """Return the error for a plugin that another milepost could load."""
    what = f"it needs plugin API {entry.api}, and this milepost has plugin API {API}"
    error = PluginBrokenError(entry.distribution, entry.version, what)
    error.hint = f"pip install --upgrade {'milepost' if entry.api > API else entry.distribution}"
    return error
