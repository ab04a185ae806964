"""The cancel token: how a wish to end reaches everything that waits."""

from __future__ import annotations

import threading
from collections.abc import Callable

from milepost.sdk.errors import CancelledError, DeadlineError


class Cancel:
    """Set once, from any thread or signal handler; whoever waits on it wakes up."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""

    def ask(self, reason: str) -> None:
        """Ask for an end. Only the first reason is kept."""
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    @property
    def reason(self) -> str:
        """Why, as the first one said who asked."""
        return self._reason

    @property
    def is_asked(self) -> bool:
        """Whether somebody asked for an end."""
        return self._event.is_set()

    def check(self) -> None:
        """Return at once. Raises CancelledError if somebody asked for an end."""
        if self._event.is_set():
            raise CancelledError(f"cancelled: {self._reason}")

    def wait(self, seconds: float) -> bool:
        """Wait so long at most, and return whether an end was asked for."""
        return self._event.wait(max(0.0, seconds))


class Deadline:
    """A limit on how long something may take, told by a clock that only goes forward."""

    def __init__(self, what: str, seconds: float | None, monotonic: Callable[[], float]) -> None:
        self._what, self._seconds, self._monotonic = what, seconds, monotonic
        self._end = None if seconds is None else monotonic() + seconds

    def left(self, most: float) -> float:
        """Return how many seconds are left, `most` at the most."""
        return most if self._end is None else max(0.0, min(most, self._end - self._monotonic()))

    def check(self) -> None:
        """Return at once. Raises DeadlineError if the limit has passed."""
        if self._end is not None and self._seconds is not None and self._monotonic() >= self._end:
            raise DeadlineError(self._what, self._seconds)
