"""What containers print, as the engine keeps it: in order of time, with the replica that said it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from milepost.sdk.step import Stream

_HEADER = 8
_STREAMS: dict[int, Stream] = {0: "stdout", 1: "stdout", 2: "stderr"}


def frames(pieces: Iterable[bytes], *, tty: bool) -> Iterator[tuple[Stream, bytes]]:
    """Yield what was printed, and where, of a stream of the engine's; with a terminal it is not divided."""
    if tty:
        yield from (("stdout", each) for each in pieces)
        return
    rest = b""
    for piece in pieces:
        rest += piece
        while len(rest) >= _HEADER and len(rest) >= (end := _HEADER + int.from_bytes(rest[4:_HEADER], "big")):
            yield _STREAMS.get(rest[0], "stdout"), rest[_HEADER:end]
            rest = rest[end:]
