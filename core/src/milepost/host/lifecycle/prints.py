"""What anything prints in the process of an app's part: it must not break the line of events, nor be lost."""

from __future__ import annotations

import io
import os
import queue
import sys
import threading
from collections.abc import Callable

LAST_WORDS = 5.0
"""How long telling the last of it may take, in seconds: a process that was left behind may hold the pipe."""


class Prints:
    """Standard output and error of this process, caught from here on and told line by line."""

    def __init__(self) -> None:
        self.output = os.dup(1)
        """The true standard output."""
        self._errors = os.dup(2)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._teller: threading.Thread | None = None
        reading, writing = os.pipe()
        _lead_to(writing)
        os.close(writing)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(line_buffering=True)
        threading.Thread(target=self._read, args=(reading,), daemon=True).start()

    def tell(self, listen: Callable[[str], None]) -> None:
        """Tell the lines to `listen`, those that were printed already first, in a thread."""
        self._teller = threading.Thread(target=self._tell, args=(listen,), daemon=True)
        self._teller.start()

    def end(self) -> None:
        """Return when all that was printed has been told; what is printed later goes to the true standard error."""
        _lead_to(self._errors)
        if self._teller is not None:
            self._teller.join(LAST_WORDS)

    def _read(self, reading: int) -> None:
        with os.fdopen(reading, "r", errors="replace") as lines:
            for line in lines:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _tell(self, listen: Callable[[str], None]) -> None:
        while (line := self._lines.get()) is not None:
            listen(line)


def _lead_to(handle: int) -> None:
    """Let standard output and error lead to this open file, once all that waits has been written."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(handle, 1)
    os.dup2(handle, 2)
