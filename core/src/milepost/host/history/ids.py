"""Ids of runs and operations: ULIDs, which sort by time and are told apart by their ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 digits: no letter that is taken for another or for a number."""

LENGTH = 26
RANDOM_BITS = 80


class Ulids:
    """A source of ids, each greater than the one before, also within a millisecond or when the clock goes back."""

    def __init__(self, now: Callable[[], datetime], random: Callable[[int], bytes]) -> None:
        self._now, self._random = now, random
        self._last = -1
        self._guard = threading.Lock()

    def __call__(self) -> str:
        """Return the next id."""
        drawn = _milliseconds(self._now()) << RANDOM_BITS | int.from_bytes(self._random(RANDOM_BITS // 8), "big")
        with self._guard:
            if drawn >> RANDOM_BITS <= self._last >> RANDOM_BITS:
                # Some random bits stay in the end, so that ids made together do not end alike.
                drawn = self._last + 1 + int.from_bytes(self._random(4), "big")
            self._last = drawn
        return _spelt(drawn)


def _milliseconds(now: datetime) -> int:
    """Return the time since 1970 in milliseconds."""
    return int(now.timestamp() * 1000)


def _spelt(number: int) -> str:
    """Return the number in 26 digits of the alphabet."""
    return "".join(ALPHABET[number >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5))
