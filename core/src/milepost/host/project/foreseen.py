"""What stands in for names whose value is known only once their stage is over, for those who look ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from milepost.host.language.values import Value


class Foreseen(Mapping[str, Value]):
    """Names that will have a value once their stage is over, whatever they are."""

    def __getitem__(self, name: str) -> Value:
        """Return some text."""
        return f"the {name} to come"

    def __iter__(self) -> Iterator[str]:
        """Yield nothing: nobody can list what is to come."""
        return iter(())

    def __len__(self) -> int:
        """Return 0, as nothing can be listed."""
        return 0
