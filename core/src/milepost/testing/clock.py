"""Clocks: one that stands still until it is told to go, and the real one behind the same face."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
"""Where a fake clock starts, unless told otherwise."""


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever grow, for measuring."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


class FakeClock:
    """A clock that moves only by `advance` and `sleep`, and then at once."""

    def __init__(self, at: datetime = NOON) -> None:
        self._start = at
        self._passed = 0.0

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Return how many seconds have passed since it was made."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._passed += seconds

    def sleep(self, seconds: float) -> None:
        """Move on, without waiting."""
        self.advance(seconds)


class RealClock:
    """The time of this machine, for tests that run real processes."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the system's monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
