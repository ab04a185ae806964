"""Finding the entry points of installed distributions: a scan of folders that imports nothing.

`importlib.metadata` would do the same and costs more than all of a list command.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GROUP_PREFIX = "milepost.v"
"""Every entry-point group of ours is this, the number of the plugin API, a dot and the role."""

_MARK = GROUP_PREFIX.encode()


@dataclass(frozen=True)
class Entry:
    """A word that an installed distribution offers for a role."""

    api: int
    """The version of the plugin API it was written for."""
    role: str
    """`builder`, `registry`, `platform`, `releaser`, `config_source`, `observer`, `functions`, or another version's."""
    word: str
    """What people write after `use`."""
    module: str
    """The module with the hooks; empty where the entry names none."""
    distribution: str
    """The distribution's name, in lower case with dashes."""
    version: str
    """The distribution's version; empty where it says none."""


def scan(path: Sequence[str]) -> tuple[Entry, ...]:
    """Return the entries of all distributions on an import path, in its order.

    As with imports, the first distribution of a name wins, and what is no readable folder (a zip
    file, a folder that is not there) is passed over.
    """
    entries: list[Entry] = []
    seen: set[str] = set()
    for folder in path:
        for name, metadata in _distributions(folder or os.curdir):
            if name not in seen:
                seen.add(name)
                entries += _entries(metadata, name)
    return tuple(entries)


def normal(name: str) -> str:
    """Return a distribution's name in its one normal spelling."""
    return "-".join(part for part in name.replace("_", "-").replace(".", "-").lower().split("-") if part)


def _distributions(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the normal name and the metadata folder of each distribution, sorted so that each run sees the same."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:  # as the import system does
        return
    for name in names:
        # A leading tilde is what pip leaves of a distribution that it could not remove.
        if name.endswith((".dist-info", ".egg-info")) and not name.startswith("~"):
            yield normal(name.rpartition(".")[0].partition("-")[0]), os.path.join(folder, name)


def _entries(metadata: str, distribution: str) -> list[Entry]:
    """Return our entries of one distribution."""
    try:
        with open(os.path.join(metadata, "entry_points.txt"), "rb") as file:
            content = file.read()
    except OSError:  # most distributions have no entry points, and some old ones are a single file
        return []
    if _MARK not in content:
        return []
    version = _version(metadata)
    return [
        Entry(api, role, word, module, distribution, version)
        for api, role, word, module in _parsed(content.decode("utf-8", "replace"))
    ]


def _parsed(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield API version, role, word and module of each line in a group of ours."""
    group: tuple[int, str] | None = None
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            group = _group(line.strip("[]").strip())
        elif group and line and not line.startswith(("#", ";")):
            word, _, value = line.partition("=")
            yield *group, word.strip(), value.partition("[")[0].strip()


def _group(name: str) -> tuple[int, str] | None:
    """Return API version and role of a group of ours; None for the groups of others."""
    if not name.startswith(GROUP_PREFIX):
        return None
    number, _, role = name[len(GROUP_PREFIX) :].partition(".")
    return (int(number), role) if number.isdecimal() and role else None


def _version(metadata: str) -> str:
    """Return the version: from the folder's name, or else from the metadata file in it."""
    version = os.path.basename(metadata).rpartition(".")[0].partition("-")[2].partition("-")[0]
    return version or _written_version(metadata)


def _written_version(metadata: str) -> str:
    """Return the version that METADATA or PKG-INFO states; empty when neither does."""
    for name in ("METADATA", "PKG-INFO"):
        try:
            with open(os.path.join(metadata, name), encoding="utf-8", errors="replace") as file:
                stated = (line[8:].strip() for line in file if line.startswith("Version:"))
                return next(stated, "")
        except OSError:  # the other file may be there
            continue
    return ""
