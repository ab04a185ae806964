"""The end of requests in mid-air: a cancelled step, or one past its deadline, waits for no answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from milepost.sdk import Step

INTERVAL = 0.1
"""How soon a cancel is noticed, in seconds."""


class Guard:
    """Watches a step for the sockets of a connection, and ends them all when the step should end."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._reason: BaseException | None = None

    def take(self, line: socket.socket) -> None:
        """Take a socket into care; it is closed by whoever opened it."""
        with self._lock:
            self._sockets = {each for each in self._sockets if each.fileno() >= 0} | {line}
            if self._reason is not None:
                _end(line)

    def check(self) -> None:
        """Raise what has ended the sockets, if they were ended."""
        if self._reason is not None:
            raise self._reason

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch from a thread while the context lasts."""
        watcher = threading.Thread(target=self._watch, name="milepost-engine-guard", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            self._over.set()
            watcher.join()

    def _watch(self) -> None:
        """Look at the step until it should end, or nobody is interested any more."""
        while not self._over.wait(INTERVAL):
            try:
                self._step.check()
            except Exception as reason:  # whatever it raises is raised where the request waits
                self._end_all(reason)
                return

    def _end_all(self, reason: BaseException) -> None:
        """End all sockets, those that come later too."""
        with self._lock:
            self._reason = reason
            for line in self._sockets:
                _end(line)


def _end(line: socket.socket) -> None:
    """Wake whoever waits at the socket: for them it looks as if the other side had closed it."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
