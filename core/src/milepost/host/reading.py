"""Reading what a program prints, on both of its streams, in the order in which it comes."""

from __future__ import annotations

import codecs
import os
import selectors
import threading
from collections import deque
from collections.abc import Callable
from typing import IO

from milepost.sdk.step import Stream

TAIL_LINES = 20
LONGEST_IN_TAIL = 4096
KEPT_BYTES = 4 * 1024 * 1024
AT_ONCE = 256 * 1024

Hear = Callable[[str, Stream], None]


class Reader(threading.Thread):
    """Passes on what is printed as it comes, and keeps the beginning and the last lines of it."""

    def __init__(self, stdout: IO[bytes], stderr: IO[bytes], hear: Hear | None) -> None:
        super().__init__(daemon=True)
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._channels = (_Channel(stdout, "stdout", hear, self.tail), _Channel(stderr, "stderr", hear, self.tail))
        self._is_idle = False
        self.start()

    @property
    def stdout(self) -> bytearray:
        """The beginning of what was printed there."""
        return self._channels[0].kept

    @property
    def stderr(self) -> bytearray:
        """The beginning of what was printed there."""
        return self._channels[1].kept

    def run(self) -> None:
        """Read to the end of both."""
        # One thread for both, so that they keep the order in which they come, as far as pipes can tell.
        with selectors.DefaultSelector() as selector:
            for channel in self._channels:
                selector.register(channel.pipe, selectors.EVENT_READ, channel)
            while selector.get_map():
                self._is_idle = True
                ready = selector.select()
                self._is_idle = False
                ended = [key for key, _ in ready if not key.data.read()]
                for key in ended:
                    selector.unregister(key.fileobj)
                    key.data.end()

    def finish(self) -> None:
        """Wait for the end of what was printed; a program that holds the pipe open after its end is not waited for."""
        self.join(1)
        while self.is_alive() and not self._is_idle:
            # Whoever hears it is slow; it is all there.
            self.join(1)


class _Channel:
    """One stream that is read."""

    def __init__(self, pipe: IO[bytes], stream: Stream, hear: Hear | None, tail: deque[str]) -> None:
        self.pipe = pipe
        self.kept = bytearray()
        self._stream, self._hear, self._tail = stream, hear, tail
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._line = ""
        """The last line so far, as much of it as is kept."""
        self._is_ended = True

    def read(self) -> bool:
        """Read once and pass it on; return False at the end."""
        data = os.read(self.pipe.fileno(), AT_ONCE)
        if len(self.kept) < KEPT_BYTES:
            self.kept += data
        self._pass_on(self._decode(data, final=not data))
        return bool(data)

    def end(self) -> None:
        """End the last line and close."""
        if not self._is_ended:
            self._pass_on("\n")
        self.pipe.close()

    def _pass_on(self, text: str) -> None:
        """Pass on what was printed."""
        if not text:
            return
        self._is_ended = text.endswith("\n")
        lines = (self._line + text).rsplit("\n", TAIL_LINES + 1)
        self._line = lines.pop()[-LONGEST_IN_TAIL:]
        self._tail.extend(line.rstrip("\r")[-LONGEST_IN_TAIL:] for line in lines[-TAIL_LINES:])
        if self._hear is not None:
            self._hear(text, self._stream)
