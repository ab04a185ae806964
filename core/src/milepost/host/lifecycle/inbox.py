"""What the processes of apps have said and nobody has heard yet: so much of it and no more."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from milepost.sdk.events import Event

MOST = 8 * 1024 * 1024
"""How many bytes may wait; a program that prints faster than people read is held up, as it is by a pipe."""


class Heard(NamedTuple):
    """Something that came from a child; no event: it is gone."""

    app: str
    event: Event | None


class Inbox:
    """A queue from several threads to one, bounded by the size of what was said."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._waiting: deque[tuple[Heard, int]] = deque()
        self._size = 0
        self._is_open = False
        self._changed = threading.Condition()

    def put(self, heard: Heard, size: int = 0) -> None:
        """Add something of that size, as soon as there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < self._most or self._is_open)
            self._waiting.append((heard, size))
            self._size += size
            self._changed.notify_all()

    def get(self, timeout: float) -> Heard | None:
        """Return the next thing that was said; None when nothing is for that many seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._waiting), timeout):
                return None
            heard, size = self._waiting.popleft()
            self._size -= size
            self._changed.notify_all()
            return heard

    def open(self) -> None:
        """Hold nobody up from now on: the end is near, and all that is still said shall come through."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()
