"""Values that must not be shown: secrets of the app, and credentials of the user."""

from __future__ import annotations

from collections.abc import Sequence


class Part(tuple[str, str | None]):
    """A piece of a secret value: its text, and the name of the source it was read from, or None for plain text."""

    __slots__ = ()

    def __new__(cls, text: str, source: str | None = None) -> Part:
        """Return the piece `text` that was read from `source`."""
        return super().__new__(cls, (text, source))

    @property
    def text(self) -> str:
        """The clear text."""
        return self[0]

    @property
    def source(self) -> str | None:
        """Where it came from, such as `var.password`; None for plain text."""
        return self[1]


class Secret:
    """A text that the app needs and nobody may read: shown as `***`, recorded as where it came from.

    It remembers the pieces it was made of, so that a recorded one can be made again from fresh
    sources: `"postgres://app:${var.password}@db"` has three.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)

    def reveal(self) -> str:
        """Return the clear text. Hand it to what needs it, and to nothing else."""
        return "".join(part.text for part in self.parts)

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources it was read from, in order."""
        return tuple(part.source for part in self.parts if part.source is not None)

    def __repr__(self) -> str:
        """Return a text that shows the sources and not the value."""
        return f"Secret({', '.join(self.sources)})"

    def __str__(self) -> str:
        """Return `***`: a secret in an f-string must not leak."""
        return "***"

    def __eq__(self, other: object) -> bool:
        """Two secrets are equal when their clear texts are."""
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash(self.reveal())


class Credential(Secret):
    """A secret of the user, not of the app (a registry's password): never recorded, always read anew today."""

    __slots__ = ()


def reveal(value: str | Secret) -> str:
    """Return the clear text of a value that may be plain or secret."""
    return value.reveal() if isinstance(value, Secret) else value
