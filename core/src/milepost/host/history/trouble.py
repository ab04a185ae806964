"""What can go wrong with the files of a history, as errors that say what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milepost.sdk.errors import HistoryError

ELSEWHERE = "name another folder by MILEPOST_HISTORY"

TROUBLES = {
    sqlite3.SQLITE_FULL: (
        "the disk is full: nothing more can be recorded in {path}",
        "free some space, which milepost store prune needs too, and do the same again; what was recorded is safe",
    ),
    sqlite3.SQLITE_READONLY: (
        "the history {path} cannot be written: the file, its folder or the medium is read-only",
        f"make it writable, or {ELSEWHERE}",
    ),
    sqlite3.SQLITE_PERM: (
        "the history {path} cannot be opened: permission denied",
        f"make it yours, or {ELSEWHERE}",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the history {path} cannot be opened: it or its folder cannot be written, or a folder has its name",
        f"look at {{folder}}, or {ELSEWHERE}",
    ),
    sqlite3.SQLITE_NOTADB: (
        "{path} is not a history, or is damaged: it is no SQLite database",
        f"milepost store repair, if it was one; or {ELSEWHERE}",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the history {path} is damaged: {error}",
        "milepost store repair keeps all that is sound, and the damaged file beside it",
    ),
    sqlite3.SQLITE_BUSY: (
        "the history {path} was being written by another process all the time",
        "milepost lock list shows who works on it",
    ),
}
UNFIT = (
    "the history {path} cannot be kept on this file system: it lacks locks, or memory that processes share ({error})",
    "name a folder on a local disk by MILEPOST_HISTORY, or a shared store: MILEPOST_HISTORY=postgres://…",
)
UNFIT_CODES = frozenset(
    (
        *(sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_SHMLOCK),
        *(sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK),
        *(sqlite3.SQLITE_IOERR_UNLOCK, sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK, sqlite3.SQLITE_PROTOCOL),
    )
)
"""What SQLite says on NFS and its like."""

OTHERWISE = ("the history {path} cannot be used: {error}", "look at the disk that holds {folder}")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raise what the disk or SQLite says about the file as a HistoryError with a hint."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and isinstance(error, sqlite3.OperationalError):
            code = sqlite3.SQLITE_CORRUPT  # the module found a text that is none
        if code is None:  # misuse of the module, which is a fault of ours
            raise
        raise explained(path, _code(code, path.parent), error) from error
    except OSError as error:
        raise HistoryError(
            f"the history {path} cannot be used: {error.strerror or error} ({error.filename or path})",
            hint=f"look at {path.parent}, or {ELSEWHERE}",
        ) from error


def is_full(code: int, folder: Path) -> bool:
    """Return whether SQLite failed for want of space: a disk without any lets it fail in other ways too."""
    if code & 0xFF == sqlite3.SQLITE_FULL:
        return True
    return code & 0xFF == sqlite3.SQLITE_IOERR and folder.is_dir() and os.statvfs(folder).f_bavail == 0


def _code(code: int, folder: Path) -> int:
    """Return the code that says it best."""
    if is_full(code, folder):
        return sqlite3.SQLITE_FULL
    return code if code in UNFIT_CODES else code & 0xFF


def explained(path: Path, code: int, error: Exception) -> HistoryError:
    """Return the error for one of SQLite's codes."""
    message, hint = UNFIT if code in UNFIT_CODES else TROUBLES.get(code, OTHERWISE)
    facts = {"path": path, "folder": path.parent, "error": error}
    return HistoryError(message.format(**facts), hint=hint.format(**facts))
