"""What files hashed to when they were last read, so that an unchanged folder is not read again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from milepost_local.disk import explained
from milepost_local.place import write_text
from milepost_local.tree import Entry, Found, read

_Seen = tuple[int, int, int, int]

_TICK = 2_000_000_000
"""Nanoseconds: a file may change again within a tick of its file system's clock and keep its time."""


class Hashes:
    """Reads files, but for those that are known: same size, times and inode, and not changed lately."""

    def __init__(self, folder: Path, source: Path) -> None:
        self._path = folder / (hashlib.sha256(os.fsencode(source)).hexdigest()[:16] + ".json")
        self._known: dict[str, list[object]] = {}

    def read_all(self, found: Iterable[Found]) -> list[Entry]:
        """Return the entries of all files, and remember them for the next time. Raises OperationError."""
        with explained("keeping what files hash to"):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            now = _file_system_time(self._path.parent)
            self._known = self._loaded()
        pairs = [(each, self._entry(each)) for each in found]
        fresh = {
            each.place: [*_seen(each), entry.content]
            for each, entry in pairs
            if each.kind != "link" and max(each.stat.st_mtime_ns, each.stat.st_ctime_ns) + _TICK < now
        }
        if fresh != self._known:
            with explained("keeping what files hash to"):
                write_text(self._path, json.dumps(fresh))
        return [entry for _, entry in pairs]

    def _entry(self, found: Found) -> Entry:
        """Return the entry of a file, from memory where that is safe."""
        known = self._known.get(found.place)
        if found.kind == "link" or known is None or known[:-1] != list(_seen(found)):
            return read(found)
        return Entry(found.path, found.place, found.kind, str(known[-1]), found.stat.st_size)

    def _loaded(self) -> dict[str, list[object]]:
        """Return what is remembered; nothing if that cannot be read: it can be made again."""
        try:
            known = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def _seen(found: Found) -> _Seen:
    """Return what changes whenever a file does."""
    return (found.stat.st_size, found.stat.st_mtime_ns, found.stat.st_ctime_ns, found.stat.st_ino)


def _file_system_time(folder: Path) -> int:
    """Return what the file system says is now, in nanoseconds."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime_ns
