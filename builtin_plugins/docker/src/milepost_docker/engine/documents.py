"""What goes to and comes from an engine in pieces: bodies read while they are sent, JSON documents in a row."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any


class SourceError(Exception):
    """What was to be sent could not be read: no fault of the engine's."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason
        super().__init__(str(reason))


def guarded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces; what is wrong with them comes out as SourceError, which no HTTP library takes for its own."""
    try:
        yield from pieces
    except Exception as error:
        raise SourceError(error) from error


@contextmanager
def heard(messages: Iterable[dict[str, Any]]) -> Iterator[None]:
    """Have messages listened to; who stops before their end lets go of the connection that they come from."""
    try:
        yield
    finally:
        if isinstance(messages, Generator):
            messages.close()


def documents(pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield each JSON document of a row, one a line, as soon as it is whole."""
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        yield from (json.loads(line) for line in whole if line.strip())
    if begun.strip():
        yield json.loads(begun)
