"""The doctor: looks at what milepost needs, and says what is missing and what to do about it; it changes nothing."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from milepost.host.assembly import Host
from milepost.host.cancel import Cancel, Deadline
from milepost.host.processes import Watch, run
from milepost.host.validation import validate
from milepost.sdk.errors import MilepostError
from milepost.sdk.step import Command
from milepost.sdk.store import Document

PLUGIN_LIMIT = 20.0
"""How long a plugin may take to load in a process of its own, in seconds."""

LITTLE_SPACE = 1024**3

PROBE = """
import sys
import time
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import scan
role, word = sys.argv[1:]
plugins = Plugins(Catalog(scan(tuple(sys.path))))
if role == "observer":
    plugins.observer(word)
elif role == "functions":
    plugins.function(plugins.catalog.find(role, word))
else:
    plugins.offer(role, word)
"""

ROLES = ("builder", "registry", "platform", "releaser", "config_source", "observer", "functions")
"""The roles that this milepost loads."""


Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor looked at."""

    level: Level
    what: str
    hint: str = ""
    apps: tuple[str, ...] = ()
    """The apps that it is about; none: all alike."""
    role: str = ""
    """The role and the word of the plugin that found it, such as `platform docker`."""


def doctor(host: Host, workspace: str | None = None) -> tuple[Finding, ...]:
    """Return what was found about the folders, the project as it is in the workspace, the history and the tools."""
    return (*_folders(host), *_project(host, workspace), *_history(host), *_tools(host))


def place_of(host: Host, asked: str | None) -> str:
    """Return the workspace to look at: as asked, else as the environment says, else the first that is named.

    Raises UsageError, UnknownNameError, and what is wrong with the project.
    """
    named = asked or host.environment.get("MILEPOST_WORKSPACE") or next(iter(host.project.workspaces), None)
    return host.workspace(named)


def _folders(host: Host) -> Iterator[Finding]:
    """Look at the user's folders."""
    for name, folder in (("state", host.folders.state), ("cache", host.folders.cache)):
        there = _nearest(folder)
        if not there.is_dir() or not os.access(there, os.W_OK):
            hint = f"make {there} writable, or set MILEPOST_{name.upper()} to another folder"
            yield Finding("problem", f"the {name} folder {folder} cannot be written to", hint)
        elif shutil.disk_usage(there).free < LITTLE_SPACE:
            yield Finding("warning", f"less than 1 GiB is free at {folder}", "free some space")
        else:
            yield Finding("ok", f"{name} folder {folder}")


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return folder if folder.exists() else _nearest(folder.parent)


def _project(host: Host, workspace: str | None) -> Iterator[Finding]:
    """Look at the project file."""
    try:
        project = host.project
        problems = validate(host, place_of(host, workspace))
    except MilepostError as error:
        yield Finding("problem", str(error), error.hint)
        return
    for problem in problems:
        yield Finding("problem", f"{problem.position or project.file.name}: {problem.message}", problem.hint)
    if not problems:
        yield Finding("ok", f"project {project.name}, apps {', '.join(project.apps)}")


def _history(host: Host) -> Iterator[Finding]:
    """Look at the history."""
    try:
        store = host.store
        newest = store.latest("run", {}, limit=1)
        broken = host.history.interrupted()
    except MilepostError as error:
        yield Finding("problem", str(error), error.hint)
        return
    told = f"{_ref(newest[0])} is the newest run" if newest else "no run yet"
    yield Finding("ok", f"history {store.place}, {told}")
    # A run and its operations are cut off together, and their number leads to all of them.
    for number in dict.fromkeys(each.number for each in broken):
        yield Finding("warning", f"#{number} was interrupted", f"milepost show {number}")


def _ref(run: Document) -> str:
    """Return the REF of a run: `#118`, `#7@laptop` for one that was brought from elsewhere."""
    return f"#{run['number']}" + (f"@{run['store']}" if run.get("store") else "")


def _tools(host: Host) -> Iterator[Finding]:
    """Look at the programs that milepost itself calls."""
    git = shutil.which("git", path=host.environment.get("PATH"))
    if git is None:
        yield Finding("warning", "git was not found, so runs do not record their commit", "install git")
    else:
        yield Finding("ok", f"git at {git}")


def plugin_findings(host: Host) -> tuple[Finding, ...]:
    """Return how each installed plugin loads, tried in a process of its own."""
    return tuple(_tried(host, role, word) for role in ROLES for word in host.catalog.words(role))


def _tried(host: Host, role: str, word: str) -> Finding:
    """Load one plugin in a process of its own, and return how that went."""
    said: list[str] = []
    watch = Watch(
        cancel=Cancel(),
        deadline=Deadline(f"loading the {role} {word}", PLUGIN_LIMIT, time.monotonic),
        started=lambda pid: None,
        ended=lambda pid: None,
        output=lambda text, stream: said.extend(text.splitlines()),
    )
    command = Command(argv=(sys.executable, "-c", PROBE, role, word), check=False)
    try:
        result = run(command, host.environment, watch)
    except MilepostError as error:
        return Finding("problem", f"{role} {word}: {error}", f"milepost plugin show {word}")
    if result.status == 0:
        return Finding("ok", f"{role} {word}")
    why = said[-1] if said else f"its process ended with status {result.status}"
    return Finding("problem", f"{role} {word}: {why}", f"milepost plugin show {word}")
