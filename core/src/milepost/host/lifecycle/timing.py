"""How long the parts of an operation took: one watch that always runs for the innermost part that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from milepost.sdk.record import Timing

SHORTEST = 0.001
"""Below this many seconds a part is not worth a line."""


class Stopwatch:
    """Measures parts, which may stand in each other: what an inner one takes is not counted with the outer one."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure a part while the context lasts; one that comes again is added to."""
        self._charge()
        self._open.append(name)
        self._seconds.setdefault(name, 0.0)
        try:
            yield
        finally:
            self._charge()
            self._open.pop()

    def timings(self) -> tuple[Timing, ...]:
        """Return how long each part took, in the order in which they began."""
        taken = ((name, round(seconds, 3)) for name, seconds in self._seconds.items())
        return tuple(Timing(part=name, seconds=seconds) for name, seconds in taken if seconds >= SHORTEST)

    def _charge(self) -> None:
        """Count the time since the last look for the part that is open."""
        now = self._monotonic()
        if self._open:
            self._seconds[self._open[-1]] += now - self._since
        self._since = now
