"""The walk through an app's folder: which of its files make the tree."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from milepost.sdk import OperationError
from milepost_local.disk import explained
from milepost_local.ignore import IGNORE_FILES, Filter, Rules, is_ignored, is_never_taken, read_rules
from milepost_local.tree import Found, relative_name

_Said = Literal["nothing", "included", "ignored"]


class _Folder(NamedTuple):
    """A folder that is to be looked at."""

    place: str
    below: str
    """Its path in the tree, with a slash at its end; empty for the root."""
    said: _Said
    """What was said of it or of a folder above it."""
    rules: dict[str, tuple[Rules, ...]]


def app_files(root: Path, wanted: Filter, apart: tuple[Path, ...] = ()) -> Iterator[Found]:
    """Yield the files and links below `root` that are taken; nothing of the folders `apart`. Raises OperationError."""
    root = root.resolve()
    skipped = {str(each.resolve()) for each in apart}
    waiting = [_Folder(str(root), "", "nothing", {})]
    while waiting:
        folder = _with_rules(waiting.pop())
        for found in _entries(folder):
            is_folder = stat.S_ISDIR(found.stat.st_mode)
            said = _said(found, folder, wanted, is_folder)
            if said is None or found.place in skipped:
                continue
            if is_folder:
                waiting.append(_Folder(found.place, found.path + "/", said, folder.rules))
            elif said != "ignored" and _is_storable(found, root):
                yield found


def _entries(folder: _Folder) -> list[Found]:
    """Return what is in the folder but for what is never taken. Names need not be text where nothing is taken."""
    with explained("reading the app's folder"), os.scandir(folder.place) as found:
        entries = [each for each in found if not is_never_taken(each.name, at_top=not folder.below)]
        return [Found(_name(folder, each.name), each.path, each.stat(follow_symlinks=False)) for each in entries]


def _name(folder: _Folder, name: str) -> str:
    """Return the path of a file in the tree."""
    if folder.said == "ignored":
        name = os.fsencode(name).decode(errors="replace")
    return relative_name(folder.below, name)


def _with_rules(folder: _Folder) -> _Folder:
    """Return the folder with the rules of its own ignore files added."""
    if folder.said != "nothing":
        return folder
    rules = dict(folder.rules)
    for name in IGNORE_FILES:
        own = read_rules(Path(folder.place), name, folder.below)
        if own is not None:
            rules[name] = (*rules.get(name, ()), own)
    return folder._replace(rules=rules)


def _said(found: Found, folder: _Folder, wanted: Filter, is_folder: bool) -> _Said | None:
    """Return what is said of a file or folder; None if nothing of it can be taken."""
    path = found.path + "/" if is_folder else found.path
    if wanted.excludes(path):
        return None
    if folder.said == "included" or wanted.includes(path):
        return "included"
    if folder.said == "ignored" or is_ignored(path, folder.rules):
        return "ignored" if is_folder and wanted.looks_everywhere else None
    return "nothing"


def _is_storable(found: Found, root: Path) -> bool:
    """Whether it is a file or a link that stays in the tree; sockets, pipes and devices are passed over."""
    if stat.S_ISLNK(found.stat.st_mode):
        _check_link(found, root)
        return True
    return stat.S_ISREG(found.stat.st_mode)


def _check_link(found: Found, root: Path) -> None:
    """Raise OperationError for a link that leads out of the tree."""
    with explained("reading a link"):
        target = os.readlink(found.place)
    pointed = os.path.normpath(os.path.join(os.path.dirname(found.path), target))
    led = os.path.realpath(found.place)
    if os.path.isabs(target) or pointed.split("/")[0] == ".." or os.path.commonpath([led, root]) != str(root):
        raise OperationError(
            f"the link {found.path} leads out of the app's folder, to {target}; expected a relative link inside it",
            hint="put a copy in its place, or leave it out with a pattern in .milepostignore",
        )
