"""What containers print, as the engine keeps it: in order of time, with the replica that said it."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from milepost.sdk.capabilities import LogLine
from milepost.sdk.step import Stream
from milepost_docker.platform import naming
from milepost_docker.platform.condition import instant
from milepost_docker.platform.site import Site
from milepost_docker.platform.state import ReplicaState

_HEADER = 8
SHOWN: dict[str, Any] = {"stdout": True, "stderr": True, "timestamps": True}
"""What of a container's output is asked for."""
_STREAMS: dict[int, Stream] = {0: "stdout", 1: "stdout", 2: "stderr"}
_NEVER = datetime.min.replace(tzinfo=UTC)


def frames(pieces: Iterable[bytes], *, tty: bool) -> Iterator[tuple[Stream, bytes]]:
    """Yield what was printed, and where, of a stream of the engine's; with a terminal it is not divided."""
    if tty:
        yield from (("stdout", each) for each in pieces)
        return
    rest = bytearray()
    for piece in pieces:
        rest += piece
        while len(rest) >= _HEADER and len(rest) >= (end := _HEADER + int.from_bytes(rest[4:_HEADER], "big")):
            yield _STREAMS.get(rest[0], "stdout"), bytes(rest[_HEADER:end])
            del rest[:end]


def lines(pieces: Iterable[bytes], *, tty: bool) -> Iterator[tuple[Stream, str]]:
    """Yield the lines of a stream of the engine's, each without its end; a last one that has no end too."""
    begun: dict[Stream, bytes] = {}
    for stream, data in frames(pieces, tty=tty):
        *whole, begun[stream] = (begun.get(stream, b"") + data).split(b"\n")
        yield from ((stream, _text(each)) for each in whole)
    yield from ((stream, _text(each)) for stream, each in begun.items() if each)


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode(errors="replace")


def stamped(line: str, stream: Stream, replica: str) -> LogLine:
    """Return a line that begins with the engine's timestamp."""
    stamp, _, text = line.partition(" ")
    try:
        return LogLine(text=text, replica=replica, at=instant(stamp), stream=stream)
    except ValueError:
        return LogLine(text=line, replica=replica, stream=stream)


def printed(site: Site, replica: ReplicaState, tail: int | None) -> Iterator[LogLine]:
    """Yield the last lines that a container printed, oldest first; nothing of one that is gone."""
    found = site.engine.container(replica.name)
    if found is None:
        return
    query = {**SHOWN, "tail": "all" if tail is None else tail}
    who = naming.replica_name(site.step.facts.app, replica.number)
    pieces = site.engine.pieces(f"/containers/{replica.name}/logs", query)
    for stream, line in lines(pieces, tty=bool(found["Config"].get("Tty"))):
        yield stamped(line, stream, who)


def backlog(site: Site, tail: int | None) -> Iterable[LogLine]:
    """Return the last lines of all replicas together, in order of time."""
    each = (printed(site, replica, tail) for replica in site.state.replicas)
    merged = heapq.merge(*each, key=lambda line: line.at or _NEVER)
    return merged if tail is None else deque(merged, maxlen=tail)
