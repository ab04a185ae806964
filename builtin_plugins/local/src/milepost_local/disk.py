"""The user's disk: what goes wrong with it is explained, and folders are copied and removed whole."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from milepost.sdk import OperationError

_HINTS = {
    errno.ENOSPC: "free some space there, then do it again",
    errno.EDQUOT: "free some space there, then do it again",
    errno.EROFS: "the place is read-only; MILEPOST_STATE names another one",
    errno.EACCES: "give your user the right to it: ls -ld shows who has it",
    errno.EPERM: "give your user the right to it: ls -ld shows who has it",
}


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn an error of the disk into one that says what was being done, to which file, and what to do."""
    try:
        yield
    except OSError as error:
        where = f" {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
        raise OperationError(
            f"{doing} failed:{where} {error.strerror or error}", hint=_HINTS.get(error.errno or 0, "")
        ) from error


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, read-only parts too; one that is gone is no error."""
    with explained("removing a folder"):
        try:
            shutil.rmtree(folder, onerror=_give_right_and_retry)
        except (FileNotFoundError, NotADirectoryError):
            return


def _give_right_and_retry(function: Callable[..., Any], path: str, info: Any) -> None:
    """Make the folder around a file writable and try again to remove it."""
    if isinstance(info[1], FileNotFoundError):
        return
    parent = os.path.dirname(path)
    os.chmod(parent, stat.S_IRWXU)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, stat.S_IRWXU)
        shutil.rmtree(path)
    else:
        os.unlink(path)
