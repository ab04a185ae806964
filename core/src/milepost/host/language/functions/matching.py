"""Patterns at work: where one matches in a text, for a limited time."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Protocol, cast

from milepost.host.language.functions.re2 import translated
from milepost.host.language.functions.re2_classes import PatternError

SECONDS = 2.0
"""How long the search through one text may take."""


class Match(Protocol):
    """A place in a text where a pattern matches."""

    def __getitem__(self, group: int) -> str | None:
        """Return what the whole (0) or a group matches; None for a group that takes no part."""
        ...

    def groups(self) -> tuple[str | None, ...]:
        """Return what the groups match."""
        ...

    def start(self) -> int:
        """Return where it begins."""
        ...

    def end(self) -> int:
        """Return where it ends."""
        ...


class Pattern:
    """A pattern that was understood. Raises PatternError where it is not one of RE2's syntax."""

    def __init__(self, text: str) -> None:
        import regex  # noqa: PLC0415 - only who has a pattern pays for it

        source, self.groups = translated(text)
        try:
            self._compiled = regex.compile(source, regex.V0)
        except regex.error as error:
            raise PatternError(str(error)) from None

    def matches(self, text: str) -> bool:
        """Return whether it matches somewhere in a text. Raises PatternError if that takes too long."""
        return next(self.found(text), None) is not None

    def found(self, text: str) -> Iterator[Match]:
        """Yield what it matches, from left to right. Raises PatternError if that takes too long.

        As in Go, an empty match right behind another one does not count.
        """
        deadline = monotonic() + SECONDS
        start, last = 0, -1
        while start <= len(text):
            found = self._search(text, start, deadline - monotonic())
            if found is None:
                return
            empty = found.start() == found.end()
            if not (empty and found.end() == last):
                yield found
            last = found.end()
            start = last + empty

    def _search(self, text: str, start: int, seconds: float) -> Match | None:
        try:
            return cast("Match | None", self._compiled.search(text, start, timeout=max(seconds, 0.001)))
        except TimeoutError:
            message = f"it takes more than {SECONDS:g} seconds with this text, as repetitions in repetitions do"
            raise PatternError(message) from None
