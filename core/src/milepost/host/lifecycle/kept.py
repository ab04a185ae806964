"""What is kept of an operation's output: its beginning as it comes, and its end, so that no program fills the disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

from milepost.host.escapes import UNENDED
from milepost.host.history.passage import LARGEST, Passage, Printed
from milepost.host.project.output_limit import USUAL
from milepost.sdk.errors import HistoryError

LIMIT = USUAL
"""How much of an operation's output is kept where nothing else is said, in characters."""

TAIL = 1024 * 1024
"""How much of that is for its end; a quarter of a limit that is small."""

BATCH = 4 * 1024 * 1024
"""How much is written at once, and at most waits in memory."""

PATIENCE = 4 * BATCH
"""How much waits in memory while the store cannot take it."""

OURS = "milepost"
"""The source of lines about the output itself."""


class Kept:
    """Takes lines and writes them to a store in batches; it may be used from several threads."""

    def __init__(self, write: Callable[[Printed], None], clock: Callable[[], datetime], limit: int = LIMIT) -> None:
        self.trouble: HistoryError | None = None
        """Why the store could not take the last batch."""
        self.unkept = 0
        """How many lines are gone."""
        self._write, self._clock, self._limit = write, clock, limit
        self._ending = min(TAIL, limit // 4)
        self._room = limit - self._ending
        self._piece = min(LARGEST, self._ending // 8)
        self._next = 1
        self._waiting: list[Passage] = []
        self._size = 0
        self._tail: deque[Passage] = deque()
        self._tail_size = 0
        self._lost_size = 0
        self._guard = threading.RLock()
        # One batch after the other; never taken by one who has the guard.
        self._writing = threading.Lock()

    def add(self, text: str, source: str, stream: str) -> None:
        """Take lines with their ends; one that has none goes on with the next of its source and stream."""
        if not text.endswith("\n"):
            text += f"{UNENDED}\n"
        with self._guard:
            passage = self._passage(text, source, stream)
            # What does not fit any more goes to the end; the beginning is never taken up again.
            if self._room > 0:
                passage, rest = passage.split(self._room)
                self._room -= len(passage.text)
                self._wait(passage)
            else:
                rest = passage
            while rest is not None:
                passage, rest = rest.split(self._piece)
                self._tail.append(passage)
                self._tail_size += len(passage.text)
                self._shorten()
            if self.trouble is not None:
                self._make_room()
            is_much = self.trouble is None and self._size >= BATCH
        if is_much:
            self.flush()

    def flush(self) -> None:
        """Write what waits. What the store cannot take now waits for the next time, as far as there is room."""
        with self._writing:
            with self._guard:
                batch, size = self._waiting, self._size
                self._waiting, self._size = [], 0
            if batch:
                self._store(batch, size)

    def _store(self, batch: list[Passage], size: int) -> None:
        """Write a batch, while more may come; put it back when it cannot be written."""
        try:
            self._write(Printed(batch))
        except HistoryError as error:
            with self._guard:
                self.trouble = error
                self._waiting[:0] = batch
                self._size += size
                self._make_room()
        else:
            self.trouble = None

    def finish(self) -> None:
        """Write all that is left, with what was kept of the end; what cannot be written is gone."""
        with self._guard:
            tail, self._tail = list(self._tail), deque()
            if self.unkept > 1 and tail:
                text = f"... {self.unkept:,} lines ({self._lost_size / 1e6:.1f} MB) are missing here ...\n"
                self._wait(self._passage(text, OURS, "say")._replace(first=tail[0].first - 1))
            for passage in tail:
                self._wait(passage)
        self.flush()
        with self._guard:
            for passage in self._waiting:
                self._lose(passage)
            self._waiting, self._size = [], 0

    @property
    def taken(self) -> int:
        """How many lines came, kept or not."""
        return self._next - 1

    @property
    def waits(self) -> bool:
        """Whether there is something to be written."""
        return bool(self._waiting)

    def _passage(self, text: str, source: str, stream: str) -> Passage:
        """Return lines with the next numbers."""
        count = text.count("\n")
        first, self._next = self._next, self._next + count
        return Passage(first, self._clock().isoformat(), source, stream, text, count)

    def _wait(self, passage: Passage) -> None:
        self._waiting.append(passage)
        self._size += len(passage.text)

    def _make_room(self) -> None:
        """Let go of what is more than can wait, the newest first."""
        while self._size > PATIENCE:
            passage = self._waiting.pop()
            self._size -= len(passage.text)
            self._lose(passage)

    def _lose(self, passage: Passage) -> None:
        self.unkept += passage.amount
        self._lost_size += len(passage.text)

    def _shorten(self) -> None:
        """Let go of what stands too far from the end."""
        while self._tail_size - len(self._tail[0].text) >= self._ending:
            passage = self._tail.popleft()
            self._tail_size -= len(passage.text)
            if not self.unkept:
                text = f"... more than {self._limit / 1e6:.1f} MB were printed: of the rest only the end is kept ...\n"
                self._wait(Passage(passage.first, passage.at, OURS, "say", text, 1))
            self._lose(passage)
