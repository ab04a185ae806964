"""Where a project's history lies: in a folder, or in a shared store that a plugin opens; and what waits for that one.

Nothing that plugins or the language need is imported here: lists must be quick.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from milepost.host.folders import Folders
from milepost.host.history.place import history_place

if TYPE_CHECKING:
    from milepost.host.plugins.load import Plugins
    from milepost.host.project.project import Project

SHARED = r"(?s:(?P<word>[A-Za-z][A-Za-z0-9+.-]*)://.*)"
"""What MILEPOST_HISTORY looks like when it names a shared store rather than a folder."""

VARIABLE = "MILEPOST_HISTORY"


class Whereabouts(NamedTuple):
    """Where a history lies. Another process of this run may be told; with credentials in it, it is stored nowhere."""

    folder: str = ""
    word: str = ""
    """Of the plugin that opens it; empty: it lies in the folder."""
    config: dict[str, Any] = {}  # noqa: RUF012  a NamedTuple's default, which nobody changes
    """The plugin's config as JSON values, in clear."""


class Means(NamedTuple):
    """What opening a history needs besides its whereabouts."""

    folders: Folders
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    plugins: Callable[[], Plugins]
    hide: Callable[[str], object] = str
    """Never shows or keeps a text from now on."""
    pause: Callable[[float], object] = time.sleep
    """Waits so many seconds, and may raise what ends the wait."""


def shared_word(project: Project, environment: Mapping[str, str]) -> str | None:
    """Return the word of the plugin that opens the project's history; None for one in a folder."""
    if named := environment.get(VARIABLE):
        found = re.fullmatch(SHARED, named) if "://" in named else None
        return found["word"].lower() if found else None
    return project.history_use.word if project.history_use else None


def whereabouts(
    project: Project, folders: Folders, environment: Mapping[str, str], evaluated: Callable[[], dict[str, Any]]
) -> Whereabouts:
    """Return where the history lies: as MILEPOST_HISTORY says, else the project file, else in the user's state folder.

    `evaluated` returns the config of a shared store, and is called for no other.
    """
    word = shared_word(project, environment)
    if word is not None:
        return Whereabouts(word=word, config=evaluated())
    return Whereabouts(folder=str(history_place(folders, project.name, project.history_path, environment)))


def undelivered(folders: Folders, project: str) -> int:
    """Return how many entries of this machine wait to be delivered to the project's shared history."""
    folder = outbox_folder(folders, project)
    try:
        files = [each.path for each in os.scandir(folder) if each.name.endswith(".jsonl")]
    except FileNotFoundError:
        return 0
    return sum(Path(each).read_bytes().count(b"\n") for each in files)


def outbox_folder(folders: Folders, project: str) -> Path:
    """Return the folder of what could not be written to the project's shared history yet."""
    return folders.project(project) / "outbox"
