"""What could not be written to a store elsewhere: a file for each process, a line and an fsync for each entry."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from milepost.host.history.trouble import told
from milepost.sdk.store import Document

SUFFIX, REFUSED = ".jsonl", ".refused"
Deed = Literal["append", "amend", "output", "seal"]


class Entry(NamedTuple):
    """A call of a store that is to be made later."""

    deed: Deed
    run: str
    """The id of the run that made it."""
    what: Any
    """Its arguments as JSON values: documents, or an operation's id and lines."""
    was: Document = {}  # noqa: RUF012  a NamedTuple's default, which nobody changes
    """The presence that each document of an `amend` had before, as far as this process wrote it."""


class Undelivered:
    """The entries of one process, in order. The file is there while there are any, locked by who may add to it."""

    def __init__(self, path: Path, handle: int | None = None, entries: tuple[Entry, ...] = ()) -> None:
        self.path = path
        self.entries: list[Entry] = list(entries)
        self._handle = handle

    def add(self, entry: Entry) -> None:
        """Keep an entry, durably."""
        with told(self.path):
            if self._handle is None:
                self._handle = _made(self.path)
            line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
            before = os.fstat(self._handle).st_size
            try:
                _write(self._handle, line)
            except OSError:
                # Half a line must not stand before the next one.
                os.ftruncate(self._handle, before)
                raise
        self.entries.append(entry)

    def clear(self) -> None:
        """Forget all entries: they have been delivered."""
        self.entries.clear()
        if self._handle is not None:
            self.path.unlink(missing_ok=True)
            self.close()

    def set_aside(self) -> Path:
        """Have nobody deliver them any more, and return where they are kept."""
        aside = self.path.with_suffix(REFUSED)
        self.path.rename(aside)
        return aside

    def close(self) -> None:
        """Leave what there is to the next process."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def own(folder: Path, store: str, new_id: Callable[[], str]) -> Undelivered:
    """Return the entries of this process for the store of that id: none yet."""
    return Undelivered(folder / f"{store}.{new_id()}{SUFFIX}")


def left(folder: Path, store: str) -> Iterator[Undelivered]:
    """Yield what processes that are gone have left for the store of that id, the oldest first."""
    for path in sorted(folder.glob(f"{store}.*{SUFFIX}")):
        with suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                entries = tuple(_read(path))
            except BaseException:
                os.close(handle)
                raise
            yield Undelivered(path, handle, entries)


def _made(path: Path) -> int:
    """Return a new file, locked, that is there after a power cut, too."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Locked before it has the name by which others find it: one that is free belongs to nobody any more.
    new = path.with_suffix(".new")
    handle = os.open(new, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    new.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return handle


def _write(handle: int, data: bytes) -> None:
    """Write all of it, durably."""
    while data:
        data = data[os.write(handle, data) :]
    os.fsync(handle)


def _read(path: Path) -> Iterator[Entry]:
    """Yield the entries of a file; what was torn off in the middle of a line was never promised to anybody."""
    for line in path.read_bytes().splitlines(keepends=True):
        if not line.endswith(b"\n"):
            return
        yield Entry(*json.loads(line))
