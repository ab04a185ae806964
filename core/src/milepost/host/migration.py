"""What a `waypoint.hcl` has in it and what milepost makes of it, told to somebody who comes from Waypoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from milepost.host.assembly import Host
from milepost.host.language.tree import Block, Body
from milepost.host.language.walk import calls, expressions
from milepost.host.predecessor import advice
from milepost.host.project.cache import read_project
from milepost.host.project.file import FILE_NAMES
from milepost.host.project.merging import SCOPES
from milepost.host.project.notes import notes
from milepost.host.project.project import Project
from milepost.host.project.scope_checks import scoped_blocks
from milepost.sdk.errors import MilepostError, ProjectNotFoundError
from milepost.sdk.problem import Position, Problem

NAMES = ("waypoint.hcl", "waypoint.hcl.json")
"""What the project file of Waypoint is called."""

ROLES = {"build": "builder", "registry": "registry", "deploy": "platform", "release": "releaser"}
"""The role that the `use` of a stage names."""


class Used(NamedTuple):
    """A plugin that an app uses in a stage."""

    app: str
    stage: str
    word: str
    position: Position
    installed: str
    """The distribution that offers it here; empty where none does."""
    advice: str
    """What to do where none does."""


class Findings(NamedTuple):
    """What was found in a file of Waypoint."""

    file: Path
    project: Project
    used: tuple[Used, ...]
    notes: tuple[Problem, ...]
    """What is read and not carried out."""
    differences: tuple[str, ...]
    """What behaves otherwise than in Waypoint, as far as this file has it."""
    hidden_by: str
    """The file that is read in its place; empty where there is none."""


def find_waypoint_file(folder: Path) -> Path:
    """Return the file of Waypoint in a folder or the nearest one above it. Raises ProjectNotFoundError."""
    start = folder.absolute()
    for each in (start, *start.parents):
        for name in NAMES:
            if (each / name).is_file():
                return each / name
    error = ProjectNotFoundError(str(start), NAMES)
    error.hint = "milepost init, without --from-waypoint"
    raise error


def look_at_waypoint(host: Host) -> Findings:
    """Return what is in the file of Waypoint around the host's folder. Raises ProjectFileError for what is wrong."""
    file = find_waypoint_file(host.folder)
    project = read_project(file, host.folders.cache)
    before = FILE_NAMES[: FILE_NAMES.index(file.name)]
    hiding = [str(file.with_name(name)) for name in before if file.with_name(name).is_file()]
    return Findings(
        file=file,
        project=project,
        used=tuple(_used(project, host)),
        notes=notes(project),
        differences=tuple(_differences(project)),
        hidden_by=next(iter(hiding), ""),
    )


def _used(project: Project, host: Host) -> Iterator[Used]:
    for app in project.apps.values():
        for stage, use in _uses(app.body, "app"):
            word, installed, hint = use.labels[0].text, "", ""
            try:
                installed = host.catalog.find(ROLES[stage], word).distribution
            except MilepostError as error:
                hint = advice(word) or error.hint
            yield Used(app.name, stage, word, use.position, installed, hint)


def _uses(body: Body, kind: str) -> Iterator[tuple[str, Block]]:
    """Yield the `use` blocks in a body with the stage each belongs to, scoped ones included."""
    for block in body.blocks:
        if block.type == "use" and kind in ROLES and block.labels:
            yield kind, block
        elif block.type in SCOPES:
            yield from _uses(block.body, kind)
        elif block.type in ROLES:
            yield from _uses(block.body, block.type)


def _differences(project: Project) -> Iterator[str]:
    body = project.body
    if any(scoped_blocks(body)):
        yield "a workspace or label body replaces the default one, as in Waypoint; in a milepost.hcl it lies over it"
    if any(app.release or app.deploy for app in project.apps.values()):
        yield "after a release one former deployment is kept for a rollback; keep_releases in the app says how many"
    if any(_hooks(app.body) for app in project.apps.values()):
        yield 'hooks can run when = "failure" or "always", too, and those of a rollback must ask for it'
    if project.variables:
        yield "all *.auto.wpvars files apply, and a WP_VAR_ that no variable has is only noted"
    called = {call.name for each in expressions(body) for call in calls(each)}
    if called & {"dynamic", "configdynamic"}:
        yield "what dynamic() reads is a secret: it is asked when it is deployed, and is not recorded"
    if called & {"templatefile", "templatedir"}:
        yield "what templatefile() and templatedir() write lies in the user's state folder"
    yield "no server, no entrypoint in the container: the history is kept on this machine, from the first run on"


def _hooks(body: Body) -> bool:
    return bool(body.of_type("hook")) or any(_hooks(each.body) for each in body.blocks if each.type != "use")
