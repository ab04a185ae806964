"""Copies of databases that others write to meanwhile: as they are at one instant, durable, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from milepost.host.history.medium import connect
from milepost.host.history.trouble import told
from milepost.sdk.errors import HistoryError


def copy_folder(folder: Path, target: Path, names: Sequence[str]) -> None:
    """Copy those databases of a folder that are there, one after the other, into a new folder.

    Raises HistoryError when something is there already; then, and when the copy fails, nothing is left behind.
    """
    import shutil  # noqa: PLC0415 - every list would pay for it

    scratch = target.with_name(f"{target.name}.{os.getpid()}.part")
    with told(target):
        if target.exists():
            raise HistoryError(f"{target} is there already, so no backup was made", hint="name a path that is free")
        if not any((folder / name).exists() for name in names):
            raise HistoryError(f"there is no history at {folder}, so there is nothing to copy", hint="milepost up")
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(mode=0o700)
        try:
            copy_all([folder / name for name in names], scratch)
            scratch.rename(target)
            _flush(target.parent)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def copy_all(files: Sequence[Path], folder: Path) -> None:
    """Copy those databases that are there into the folder, one after the other."""
    for file in files:
        if file.exists():
            copy_whole(file, folder / file.name)


def copy_whole(path: Path, target: Path) -> None:
    """Copy a database as it is at one instant, while others write to it; durable when it returns.

    The target is replaced as a whole, or not at all.
    """
    scratch = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with closing(connect(path, "mode=rw")) as connection, closing(connect(scratch, "mode=rwc")) as copy:
            connection.backup(copy)  # all pages in one reading, so that it is one state
            copy.execute("PRAGMA journal_mode = DELETE")
        _flush(scratch)
        scratch.replace(target)
        _flush(target.parent)
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            scratch.with_name(scratch.name + end).unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Have what was written to a file or folder on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
