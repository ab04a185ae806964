"""Both directions of a connection that an engine has given over: attach, exec."""

from __future__ import annotations

import http.client
import socket
from types import TracebackType

from milepost_docker.engine.wire import Line


class Channel:
    """What a container prints, and what it reads; to be closed."""

    def __init__(self, line: Line, answer: http.client.HTTPResponse) -> None:
        assert line.sock is not None
        # The answer's file may have read more than the head.
        self._line, self._input, self._socket = line, answer.fp, line.sock
        self._socket.settimeout(None)

    def read(self, most: int = 65536) -> bytes:
        """Return what has come, at least a byte; nothing at its end."""
        return self._input.read1(most)

    def write(self, data: bytes) -> None:
        """Send all of it."""
        self._socket.sendall(data)

    def close_write(self) -> None:
        """Say that no more will be sent: the end of the other's standard input."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End it."""
        # In this order: the connection's answer still flushes its file.
        self._line.close()
        self._input.close()

    def __enter__(self) -> Channel:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()
