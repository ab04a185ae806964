"""A question to an engine and its answer, without Python's HTTP client: that takes longer to import than to ask."""

from __future__ import annotations

import socket

PIECE = 1 << 16
"""How much is read at a time, in bytes."""


def asked(line: socket.socket, target: str) -> tuple[int, bytes]:
    """Return the status and the body that a GET of the target brings; the connection is used up.

    It is asked in HTTP/1.0, whose answers end with the connection. Raises OSError.
    """
    line.sendall(f"GET {target} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    head, gap, body = b"".join(iter(lambda: line.recv(PIECE), b"")).partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    words = first.split()
    if not gap or len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise ConnectionError("no answer of HTTP came, or half of one")
    if len(body) < _length(fields):
        raise ConnectionResetError("the connection ended in the middle of the answer")
    return int(words[1]), body


def _length(fields: list[bytes]) -> int:
    """Return how long the body is to be, as far as the answer says that."""
    named = (each.partition(b":") for each in fields)
    return next((int(value) for name, _, value in named if name.lower() == b"content-length"), 0)
