"""Copied folders that know their old path, such as Python's virtual environments, are told their new one."""

from __future__ import annotations

import os
from pathlib import Path

_LARGEST = 1 << 20
"""Bytes of the largest script that is looked into."""


def relocate(folder: Path, old: str, new: str) -> None:
    """Replace the path `old` by `new` in the scripts, settings and links of a folder. Raises OSError."""
    for place, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(place, name)
            if path.is_symlink():
                _relink(path, old, new)
            elif name in names and _may_name_paths(path):
                _rewrite(path, old.encode(), new.encode())


def _may_name_paths(path: Path) -> bool:
    """Whether it is a file that installers write absolute paths into."""
    in_programs = path.parent.name == "bin"
    known = path.suffix in (".pth", ".cfg", ".egg-link") or path.name.startswith("__editable__")
    return (in_programs or known or path.name == "direct_url.json") and path.stat().st_size <= _LARGEST


def _rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Replace the path in a text; a program in machine code is left alone."""
    text = path.read_bytes()
    if old in text and b"\0" not in text:
        path.write_bytes(text.replace(old, new))


def _relink(path: Path, old: str, new: str) -> None:
    """Point an absolute link into the old folder at the new one."""
    target = os.readlink(path)
    if target == old or target.startswith(old + "/"):
        path.unlink()
        path.symlink_to(new + target[len(old) :])
