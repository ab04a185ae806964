"""Reading files for functions: none outside of the folders that a project may read, none that is large or no file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from milepost.host.language.context import Context
from milepost.sdk.functions import FunctionError
from milepost.sdk.problem import nearest

LARGEST = 16 * 2**20
"""Bytes that a file may have."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def expanded(path: str, home: Path) -> str:
    """Return a path with a `~` at its start replaced. Raises FunctionError for another user's home."""
    if not path.startswith("~"):
        return path
    if path[1:2] not in ("", "/"):
        raise FunctionError(f'"{path}" begins in the home of another user; expected ~/…', 0)
    return os.path.normpath(os.path.join(home, path[2:]))


def located(context: Context, path: str) -> Path:
    """Return the real place of a path, which need not exist. Raises FunctionError outside of what may be read."""
    if "\0" in path:
        raise FunctionError("a path cannot have a NUL character in it", 0)
    found = os.path.realpath(os.path.join(context.folder, expanded(path, context.home)))
    if not is_inside(found, readable(context)):
        raise _outside(context, path, Path(found))
    return Path(found)


def readable(context: Context) -> tuple[str, ...]:
    """Return the real folders that functions may read; what they rendered is among them."""
    return tuple(os.path.realpath(each) for each in (*context.readable, context.rendered))


def is_inside(real: str, roots: tuple[str, ...]) -> bool:
    """Return whether a place, which has no links in it, is one of some folders or lies in one."""
    return any(real == each or real.startswith(os.path.join(each, "")) for each in roots)


def _outside(context: Context, path: str, found: Path) -> FunctionError:
    folder = os.path.relpath(found.parent, os.path.realpath(context.folder))
    shown = str(found.parent) if os.path.isabs(path) or folder.count("..") > 2 else folder
    where = f'"{path}"' if str(found) == os.path.normpath(path) else f'"{path}" ({found})'
    hint = f'to allow it, write milepost {{ files = ["{shown}"] }} at the top of the project file'
    return FunctionError(f"{where} is outside of the folders that this project may read", 0, hint=hint)


def content(context: Context, path: str) -> bytes:
    """Return the bytes of a file. Raises FunctionError."""
    found = located(context, path)
    try:
        return _read(found, path)
    except OSError as error:
        raise unreadable(found, path, error) from error


def _read(found: Path, path: str) -> bytes:
    state = found.stat()
    if not stat.S_ISREG(state.st_mode):
        raise FunctionError(f'"{path}" is {kind(state)}; expected a file', 0)
    if state.st_size <= LARGEST:
        with found.open("rb") as file:
            read = file.read(LARGEST + 1)
        if len(read) <= LARGEST:
            return read
    raise FunctionError(f'"{path}" is larger than {LARGEST // 2**20} MiB, which is the most that is read', 0)


def kind(state: os.stat_result) -> str:
    """Return what something that is no file is."""
    return _KINDS.get(stat.S_IFMT(state.st_mode), "something else")


def text(context: Context, path: str) -> str:
    """Return the text of a file in UTF-8. Raises FunctionError."""
    read = content(context, path)
    try:
        return read.decode()
    except UnicodeDecodeError as error:
        line = read.count(b"\n", 0, error.start) + 1
        hint = f'filebase64("{path}") takes any bytes'
        raise FunctionError(f'"{path}" is no text in UTF-8 (line {line})', 0, hint=hint) from error


def unreadable(found: Path, path: str, error: OSError) -> FunctionError:
    """Return the error that says why a file cannot be read."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        close = nearest(found.name, _names(found.parent))
        hint = f'did you mean "{os.path.join(os.path.dirname(path), close)}"?' if close else ""
        return FunctionError(f'there is no file "{path}" (looked for {found})', 0, hint=hint)
    if error.errno == errno.ELOOP:
        return FunctionError(f'"{path}" cannot be read: its links lead in a circle', 0)
    return FunctionError(f'"{path}" cannot be read: {str(error.strerror).lower()}', 0)


def _names(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(each for each in sorted(os.listdir(folder))[:1000] if each.isprintable())
    except OSError:
        return ()
