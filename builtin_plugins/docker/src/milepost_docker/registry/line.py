"""A connection whose reads and writes end when the work should end, or when the other side has been silent too long."""

from __future__ import annotations

import io
import os
import select
import socket
import ssl
import time
from collections.abc import Callable
from errno import EINPROGRESS
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

LOOK_AGAIN = 0.1
"""Seconds between two looks whether the work should end."""
BUFFER = 1 << 16

T = TypeVar("T")


class DialTimeoutError(TimeoutError):
    """Nobody answered who could take a connection: a machine that is off, a firewall."""


class Patience:
    """How long the other side may be silent, in seconds, and what raises meanwhile when the work should end."""

    def __init__(self, seconds: float, check: Callable[[], None]) -> None:
        self.seconds, self.check = seconds, check
        self.factor = 1
        """How many times as long it may be just now."""

    def until(self, attempt: Callable[[], T]) -> T:
        """Return what the attempt does once it can, on a socket that waits LOOK_AGAIN. Raises TimeoutError."""
        limit = self.seconds * self.factor
        end = time.monotonic() + limit
        while True:
            try:
                return attempt()
            # Of a TLS connection, an attempt that came to nothing is to be made again, in exactly the same way.
            except (TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                self.check()
                if time.monotonic() >= end:
                    raise TimeoutError(f"nothing was heard for {limit:g} s") from None


class Line:
    """What `http.client` wants of a socket."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self._sock, self._patience = sock, patience
        self._users = 1

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """Return what reads from it; the connection is open until that is closed too."""
        self._users += 1
        return io.BufferedReader(_Reader(self), BUFFER)

    def sendall(self, data: ReadableBuffer) -> None:
        """Send all of it. Raises OSError."""
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self._send(rest[:BUFFER]) :]

    def receive(self, buffer: WriteableBuffer) -> int:
        """Fill a part of the buffer and return how much; 0 at the end. Raises OSError."""
        return self._patience.until(lambda: self._sock.recv_into(buffer))

    def close(self) -> None:
        """Let go of it; the last one who does so closes it."""
        self._users -= 1
        if self._users == 0:
            self._sock.close()

    def _send(self, part: memoryview) -> int:
        return self._patience.until(lambda: self._sock.send(part))


class _Reader(io.RawIOBase):
    """Reads from a line, as a file."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line: Line | None = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        assert self._line is not None
        return self._line.receive(buffer)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        super().close()


def dial(host: str, port: int, patience: Patience) -> socket.socket:
    """Return a socket that is connected to one of the host's addresses. Raises OSError."""
    failed: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            _connect(sock, address, patience)
        except OSError as error:
            sock.close()
            failed = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failed or OSError(f"{host} has no address")


def _connect(sock: socket.socket, address: Any, patience: Patience) -> None:
    """Connect, and leave a socket that waits LOOK_AGAIN."""

    def is_there() -> None:
        if not select.select([], [sock], [], LOOK_AGAIN)[1]:
            raise TimeoutError

    sock.setblocking(False)
    if (error := sock.connect_ex(address)) == EINPROGRESS:
        try:
            patience.until(is_there)
        except TimeoutError as silence:
            raise DialTimeoutError(*silence.args) from silence
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))
    sock.settimeout(LOOK_AGAIN)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def secured(sock: socket.socket, context: ssl.SSLContext, host: str, patience: Patience) -> socket.socket:
    """Return the socket with TLS around it; it is closed when that fails. Raises ssl.SSLError, OSError."""
    wrapped = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        patience.until(wrapped.do_handshake)
    except BaseException:
        wrapped.close()
        raise
    return wrapped
