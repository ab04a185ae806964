"""Files that are whole or not there, whatever dies in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from milepost.sdk import OperationError


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into an error that says where and what to do."""
    try:
        yield
    except OSError as error:
        raise OperationError(
            f"cannot write in {folder}: {error.strerror or error}",
            hint="free some space or make the folder writable; MILEPOST_STATE names another one",
        ) from error


def read(path: Path) -> bytes | None:
    """Return what a file holds; None if it is not there. Raises OperationError if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OperationError(
            f"cannot read {path}: {error.strerror or error}", hint=f"make it readable: ls -la {path.parent}"
        ) from error


def write(path: Path, text: str) -> None:
    """Write a file in one go: a crash leaves the one before or this one."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, in one go."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def link(path: Path, target: str) -> None:
    """Let the symbolic link `path` lead to `target`, in one go; this lasts when it returns."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Wait until the names in a folder have reached the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; one that is gone already is no error."""
    while folder.exists():
        # A file that its owner removes in that instant ends the walk, which then begins again.
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)
