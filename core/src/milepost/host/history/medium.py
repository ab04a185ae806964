"""What a disk lets us do: connections to a file on it, reading where nothing may be written, and what cannot be."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from milepost.host.history.lock import alone
from milepost.host.history.trouble import is_full
from milepost.sdk.errors import HistoryError

BUSY_SECONDS = 30.0
"""How long to wait while another process writes; a write takes a millisecond."""

READ_ONLY_CODES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Where files lie in memory, on Linux."""

MOUNTS = Path("/proc/self/mountinfo")

NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone"),
    )
)
"""File systems that several machines write to, and whose locks and shared memory do not reach from one to another."""

COPIES = 5
"""How often a file that changes while it is copied is copied anew."""


class Reading(NamedTuple):
    """A connection to read by, and what to do after it is closed."""

    connection: sqlite3.Connection
    leave: Callable[[], None]
    is_copy: bool = False


def connect(path: Path, how: str) -> sqlite3.Connection:
    """Open the file with the settings that make each commit durable."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        if sys.platform == "darwin":
            # There fsync alone leaves the bytes in the drive's own memory.
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute("PRAGMA user_version")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> Reading:
    """Open the file for a reader: as usual, as one that cannot change, or a copy of it with the log beside it."""
    try:
        return Reading(connect(path, "mode=rw"), _nothing)
    except sqlite3.DatabaseError as error:
        # Also who only reads writes a little beside the file, for which a full disk has no room.
        is_hindered = error.sqlite_errorcode & 0xFF in READ_ONLY_CODES or is_full(error.sqlite_errorcode, path.parent)
        if not is_hindered or not os.access(path, os.R_OK):
            raise
    if log_of(path).exists() and log_of(path).stat().st_size > 0:
        # Documents that lie in the log only would be missed without it.
        return copied(path)
    return Reading(connect(path, "mode=ro&immutable=1"), _nothing)


def copied(path: Path) -> Reading:
    """Open a copy of the file and of its log, in a folder of its own that goes when it is left."""
    import tempfile  # noqa: PLC0415 - lists must not pay for what hardly ever happens
    from shutil import copyfile  # noqa: PLC0415 - as above

    folder = tempfile.TemporaryDirectory(prefix="milepost-", dir=_roomy(path))
    try:
        there = Path(folder.name) / path.name
        for _ in range(COPIES):
            before = _state(path)
            copyfile(path, there)
            if log_of(path).exists():
                copyfile(log_of(path), log_of(there))
            if _state(path) == before:
                return Reading(connect(there, "mode=rw"), folder.cleanup, is_copy=True)
    except BaseException:
        folder.cleanup()
        raise
    folder.cleanup()
    raise HistoryError(
        f"the history {path} may only be read here, and is being written all the time elsewhere",
        hint="do the same again in a moment, or ask for the right to write it",
    )


def _roomy(path: Path) -> Path | None:
    """Return a folder in memory where that for temporary files has no room for a copy; None where it has."""
    import tempfile  # noqa: PLC0415 - as in `copied`

    size = path.stat().st_size + log_of(path).stat().st_size if log_of(path).exists() else path.stat().st_size
    usual = os.statvfs(tempfile.gettempdir())
    has_room = usual.f_bavail * usual.f_frsize > 2 * size
    return None if has_room or not MEMORY.is_dir() else MEMORY


def log_of(path: Path) -> Path:
    """Return the file with what was written last and is not in the file itself yet."""
    return path.with_name(path.name + "-wal")


def use_log(connection: sqlite3.Connection, path: Path) -> None:
    """See that the file is written by way of a log. Raises HistoryError where the medium has not what that needs."""
    if _mode(connection, "PRAGMA journal_mode") == "wal":
        return
    with alone(path.with_name(path.name + ".lock")):
        mode = _mode(connection, "PRAGMA journal_mode = WAL")
    if mode != "wal":
        raise unfit(path, f"it has no memory that processes share (SQLite answers {mode!r} when asked for 'wal')")


def refuse_network(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise HistoryError where the folder of the file is one that several machines share."""
    if not mounts.exists():
        return  # SQLite itself looks on macOS
    kind = file_system(path.parent.resolve(), os.fsdecode(mounts.read_bytes()))
    if kind in NETWORK:
        raise unfit(path, f"it is a network file system ({kind}), on which locks do not keep other machines out")


def unfit(path: Path, reason: str) -> HistoryError:
    """Return the error for a medium on which no history can be written."""
    return HistoryError(
        f"the history {path} cannot be kept on this file system: {reason}",
        hint="name a folder on a local disk by MILEPOST_HISTORY, or a shared store: MILEPOST_HISTORY=postgres://…",
    )


def file_system(folder: Path, mounts: str) -> str:
    """Return the kind of file system that a folder lies on, by what the kernel says of its mounts."""
    best, kind = "", ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        place = _unescaped(left.split(" ")[4])
        # The last one mounted at a place hides those before it.
        if folder.is_relative_to(place) and len(place) >= len(best):
            best, kind = place, right.split(" ")[0]
    return kind


def _unescaped(text: str) -> str:
    """Return a path as it is: the kernel writes blanks and backslashes in octal digits."""
    for code in ("040", "011", "012", "134"):
        text = text.replace(f"\\{code}", chr(int(code, 8)))
    return text


def _mode(connection: sqlite3.Connection, statement: str) -> str:
    """Return how the file is written."""
    return str(connection.execute(statement).fetchone()[0])


def _state(path: Path) -> list[tuple[int, int]]:
    """Return what is another after each change of the file or its log."""
    there = [each.stat() for each in (path, log_of(path)) if each.exists()]
    return [(each.st_mtime_ns, each.st_size) for each in there]


def _nothing() -> None:
    """Do nothing: nothing is left to do after a usual connection."""
