"""The project: all that a project file says, ready to be asked, and able to travel to another process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from milepost.host.language.document import FORMAT, decode, encode
from milepost.host.language.tree import Body, Expression
from milepost.host.project import plain
from milepost.host.project.blocks import Blocks, env_of
from milepost.host.project.declared import variable_block
from milepost.host.project.file import named_source
from milepost.host.project.misfits import misfits
from milepost.host.project.stages import (
    App,
    Build,
    Deploy,
    HookBlock,
    PluginBlock,
    ReleaseBlock,
    Stage,
    TaskBlock,
    Use,
    VariableBlock,
)
from milepost.sdk.problem import Problem

__all__ = [
    "App",
    "Build",
    "Deploy",
    "HookBlock",
    "PluginBlock",
    "Project",
    "ReleaseBlock",
    "Stage",
    "TaskBlock",
    "Use",
    "VariableBlock",
    "project_of",
]


class Project(NamedTuple):
    """A project file, read and checked as far as it can be without a plugin."""

    name: str
    file: Path
    """Absolute."""
    folder: Path
    """The folder of the file, absolute."""
    apps: Mapping[str, App]
    variables: Mapping[str, VariableBlock]
    locals: Mapping[str, Expression]
    """What `local.NAME` means: the arguments of all `locals` blocks."""
    labels: Expression | None
    env: Expression | None
    """The `env` of the `config` block."""
    workspaces: tuple[str, ...]
    """The workspaces that there may be; none named: any."""
    protected: tuple[str, ...]
    """The workspaces where one is asked before something is changed, and only what is committed is deployed."""
    readable: tuple[Path, ...]
    """The folders that functions may read files of, absolute: its own, and those that the file names besides."""
    history_path: str | None
    """The place of the history that the file names, absolute."""
    observers: tuple[PluginBlock, ...]
    warnings: tuple[Problem, ...]
    """What is odd and does no harm, with source lines."""
    body: Body

    @property
    def whole(self) -> bool:
        """Whether a scoped body replaces the default one, as in each `waypoint.hcl`."""
        return is_waypoint(self.file)

    def document(self) -> bytes:
        """Return the project as a JSON document, to be sent to another process."""
        return json.dumps(
            {
                "format": FORMAT,
                "file": str(self.file),
                "text": self.body.source.text,
                "tree": encode(self.body),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode("utf-8", "surrogatepass")

    @staticmethod
    def of_document(data: bytes) -> Project:
        """Return the project of a document made by the same version. Raises ValueError for another format."""
        values = json.loads(data)
        if values["format"] != FORMAT:
            raise ValueError(f"a project document of format {values['format']}; this milepost reads {FORMAT}")
        file = Path(values["file"])
        # It was checked by the one who made it.
        return project_of(file, decode(values["tree"], named_source(file.name, values["text"])), checked=True)


def departed(project: Project, name: str) -> App:
    """Return an app that is no longer in the file, of which only records tell: a block with nothing in it."""
    return App(
        name=name,
        path=project.folder,
        depends_on=(),
        build=None,
        deploy=None,
        release=None,
        labels=None,
        env=None,
        body=project.body.part(lambda name: False),
        position=project.body.position,
    )


def project_of(file: Path, body: Body, *, checked: bool = False) -> Project:
    """Return the project whose tree is `body`. Raises ProjectFileError with all that is wrong.

    A tree that was `checked` before is taken to have only what may stand in a project file.
    """
    folder = file.parent
    problems = [] if checked else misfits(body)
    blocks = Blocks(folder, lenient=is_waypoint(file))
    name = plain.text(body, "project", problems) or ""
    if name:
        plain.check_name("a project", name, body.attributes["project"].value.position, problems)
    apps = [blocks.app(each) for each in body.of_type("app") if each.labels]
    variables = [variable_block(each, problems) for each in body.of_type("variable") if each.labels]
    project = Project(
        name=name,
        file=file,
        folder=folder,
        apps={each.name: each for each in apps},
        variables={each.name: each for each in variables},
        locals={name: each.value for block in body.of_type("locals") for name, each in block.body.attributes.items()},
        labels=body.value("labels"),
        env=env_of(body),
        workspaces=_workspaces(body, problems),
        protected=_protected(body, problems),
        readable=_readable(body, folder, problems),
        history_path=_history(body, folder, problems),
        observers=tuple(
            PluginBlock(word=each.labels[0].text, body=each.body, position=each.position)
            for each in body.of_type("plugin")
            if each.labels
        ),
        warnings=body.source.error(blocks.warnings).problems,
        body=body,
    )
    if not checked:
        # A file that was checked before does not pay for the rules again.
        from milepost.host.project.checking import wrong_parts  # noqa: PLC0415 - see above

        problems += wrong_parts(body, blocks, project.workspaces)
    problems += blocks.problems
    if problems:
        raise body.source.error(problems)
    return project


def is_waypoint(file: Path) -> bool:
    """Return whether a project file is one of Waypoint's, so that its blocks mean what they meant there."""
    return file.name.startswith("waypoint.")


def _workspaces(body: Body, problems: list[Problem]) -> tuple[str, ...]:
    names = plain.texts(body, "workspaces", problems)
    for name in names:
        plain.check_name("a workspace", name, body.attributes["workspaces"].value.position, problems)
    return names


def _protected(body: Body, problems: list[Problem]) -> tuple[str, ...]:
    return tuple(
        each.labels[0].text
        for each in body.of_type("workspace")
        if each.labels and plain.truth(each.body, "protected", problems)
    )


def _readable(body: Body, folder: Path, problems: list[Problem]) -> tuple[Path, ...]:
    block = body.one("milepost")
    if block is None:
        return (folder,)
    plain.text(block.body, "version", problems)
    more = []
    for written in plain.texts(block.body, "files", problems):
        if written.startswith("~"):
            hint = "write an absolute path, or one from the folder of the project file"
            at = block.body.attributes["files"].value.position
            problems.append(Problem('files: "~" means nothing here', at, hint=hint))
        more.append(Path(os.path.normpath(folder / written)))
    return (folder, *more)


def _history(body: Body, folder: Path, problems: list[Problem]) -> str | None:
    block = body.one("history")
    path = plain.text(block.body, "path", problems) if block else None
    if block and path and path.startswith("~"):
        hint = "write an absolute path, or one from the folder of the project file"
        problems.append(
            Problem('path: "~" means nothing here', block.body.attributes["path"].value.position, hint=hint)
        )
    return str(folder / path) if path else None
