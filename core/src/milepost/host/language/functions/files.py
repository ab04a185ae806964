"""Functions of files and paths. Relative paths begin in the project's folder."""

from __future__ import annotations

import posixpath
import stat
from typing import Any

from milepost.host.language.context import Context
from milepost.host.language.conversion import set_of
from milepost.host.language.functions.encodings import encoded
from milepost.host.language.functions.globs import Glob
from milepost.host.language.functions.reading import (
    content,
    expanded,
    is_inside,
    kind,
    located,
    readable,
    text,
    unreadable,
)
from milepost.sdk.functions import FunctionError, function


def _cleaned(path: str) -> str:
    """Return the shortest way to write a path; two slashes at its start mean no more than one."""
    found = posixpath.normpath(path)
    return found[1:] if found.startswith("//") else found


@function
def abspath(context: Context, path: str) -> str:
    """Return a path as an absolute one, without `.` and `..` in it. The file need not exist.

    Example: basename(abspath("a/../b.txt")) is "b.txt"
    """
    return _cleaned(posixpath.join(context.folder, path))


@function
def basename(path: str) -> str:
    """Return the last part of a path.

    Example: basename("conf/app.toml") is "app.toml"
    Example: basename("conf/") is "conf"
    Example: basename("") is "."
    """
    if not path:
        return "."
    return posixpath.basename(path.rstrip("/")) or "/"


@function
def dirname(path: str) -> str:
    """Return a path without its last part.

    Example: dirname("conf/app.toml") is "conf"
    Example: dirname("app.toml") is "."
    Example: dirname("conf/") is "conf"
    """
    return _cleaned(path[: path.rfind("/") + 1] or ".")


@function
def file(context: Context, path: str) -> str:
    """Return the text of a file, which is in UTF-8 and has at most 16 MiB.

    A relative path begins in the project's folder, `~/` in the user's home. Files outside of the project's folder
    are not read, also not through links, unless the project file names their folder in `milepost { files = […] }`.

    Example: file("no-such-file.txt") fails
    """
    return text(context, path)


@function
def filebase64(context: Context, path: str) -> str:
    """Return the bytes of a file as Base64. What holds for `file` holds here, but for the text.

    Example: filebase64("no-such-file.bin") fails
    """
    return encoded(content(context, path))


@function
def fileexists(context: Context, path: str) -> bool:
    """Return whether there is a file. A folder of that name is an error, and so is a path out of the project.

    Example: fileexists("no-such-file.txt") is false
    """
    found = located(context, path)
    try:
        state = found.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise unreadable(found, path, error) from error
    if not stat.S_ISREG(state.st_mode):
        raise FunctionError(f'"{path}" is {kind(state)}; expected a file', 0)
    return True


@function
def fileset(context: Context, path: str, pattern: str) -> Any:
    r"""Return the set of files in a folder whose paths from there fit a pattern. Folders are not in it.

    In a pattern `*` stands for any characters but slashes, `?` for one, `[a-c]` for one of these, `[^a-c]` for any
    other, `{a,b}` for one of several, `**` between slashes for any folders in one another; `\` takes a sign as it
    is. Hidden files count. Links are followed, but not out of what the project may read.

    Example: fileset("no-such-folder", "**/*.txt") is toset([])
    Example: fileset(".", "[") fails
    """
    folder = located(context, path)
    roots = readable(context)
    return set_of(Glob(pattern, lambda real: is_inside(real, roots)).files(str(folder)))


@function
def pathexpand(context: Context, path: str) -> str:
    """Return a path with a `~` at its start replaced by the user's home. Other paths stay as they are.

    Example: pathexpand("a/~") is "a/~"
    Example: pathexpand("~root/x") fails
    """
    return expanded(path, context.home)


FUNCTIONS = (abspath, basename, dirname, file, filebase64, fileexists, fileset, pathexpand)
