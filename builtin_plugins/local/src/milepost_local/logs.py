"""What replicas printed, read from their rotated files, and followed while they grow."""

from __future__ import annotations

import heapq
import os
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from milepost.sdk import Step
from milepost.sdk.capabilities import LogLine
from milepost_local.place import Place

_LOOK_EVERY = 0.1
_NEVER = datetime.min.replace(tzinfo=UTC)


def read_logs(place: Place, step: Step, *, follow: bool, tail: int | None) -> Iterator[LogLine]:
    """Yield the last `tail` lines of all replicas (all: None) in order of time, then each new one until cancelled."""
    readers = {name: _Reader(place.log, name) for name in _replicas(place)}
    try:
        lines = heapq.merge(*(each.lines() for each in readers.values()), key=_time)
        yield from deque(lines, maxlen=tail) if tail is not None else lines
        while follow and place.root.is_dir():
            step.sleep(_LOOK_EVERY)
            for name in _replicas(place):
                readers.setdefault(name, _Reader(place.log, name))
            yield from heapq.merge(*(each.lines() for each in readers.values()), key=_time)
    finally:
        for each in readers.values():
            each.close()


def last_lines(place: Place, count: int, replica: str | None = None) -> str:
    """Return the last lines of one replica, or of all, as text."""
    names = [replica] if replica else _replicas(place)
    readers = [_Reader(place.log, name) for name in names]
    lines = deque(heapq.merge(*(each.lines() for each in readers), key=_time), maxlen=count)
    for each in readers:
        each.close()
    return "\n".join(each.text for each in lines)


def _replicas(place: Place) -> list[str]:
    """Return the names of the replicas that printed something."""
    return sorted(each.stem for each in place.log.glob("*.log") if each.name != "supervisor.log")


def _number(path: Path) -> int:
    """Return how old a file is: the number after its name."""
    return int(path.name.rpartition(".")[2])


def _time(line: LogLine) -> datetime:
    return line.at or _NEVER


class _Reader:
    """Reads the files of one replica, the oldest first, and stays on a file when it is put aside."""

    def __init__(self, folder: Path, name: str) -> None:
        self._newest, self._name = folder / f"{name}.log", name
        self._file: BinaryIO | None = None
        self._rest = b""
        self._last: datetime | None = None

    def lines(self) -> Iterator[LogLine]:
        """Yield what came since the last time."""
        if self._file is None and not self._open(self._oldest()):
            return
        while True:
            yield from self._read()
            later = self._later()
            # Read once more: lines may have come between the read and the rotation that was seen now.
            yield from self._read()
            if later is None or not self._open(later):
                return

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _read(self) -> Iterator[LogLine]:
        """Yield the complete lines that the open file has more than before."""
        assert self._file is not None
        while piece := self._file.read(65536):
            *lines, self._rest = (self._rest + piece).split(b"\n")
            yield from (self._parsed(each.decode(errors="replace")) for each in lines)

    def _parsed(self, line: str) -> LogLine:
        stamp, _, rest = line.partition(" ")
        stream, _, text = rest.partition(" ")
        try:
            self._last = datetime.fromisoformat(stamp)
        except ValueError:
            # Torn by a crash of the machine, or not ours: shown as it is, where it stands.
            return LogLine(text=line, replica=self._name, at=self._last)
        return LogLine(
            text=text, replica=self._name, at=self._last, stream="stderr" if stream == "stderr" else "stdout"
        )

    def _files(self) -> list[Path]:
        """Return the files there are, the newest first."""
        older = sorted(self._newest.parent.glob(f"{self._newest.name}.[0-9]*"), key=_number)
        return [*([self._newest] if self._newest.exists() else []), *older]

    def _oldest(self) -> Path:
        return (self._files() or [self._newest])[-1]

    def _later(self) -> Path | None:
        """Return the file that follows the open one; None while it is the newest."""
        assert self._file is not None
        own = os.fstat(self._file.fileno()).st_ino
        files = self._files()
        inodes = [each.stat().st_ino for each in files]
        if own not in inodes:
            return files[-1] if files else None
        place = inodes.index(own)
        return files[place - 1] if place else None

    def _open(self, path: Path) -> bool:
        """Go on with another file; return whether it is there."""
        self.close()
        try:
            self._file = open(path, "rb")  # noqa: SIM115  it stays open while it is followed
        except FileNotFoundError:
            return False
        return True
