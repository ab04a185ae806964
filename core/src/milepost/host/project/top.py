"""What the top of a project file says about the project, where it must be known before anything is evaluated."""

from __future__ import annotations

import os
from pathlib import Path

from milepost.host.language.tree import Body
from milepost.host.language.walk import references
from milepost.host.project import plain
from milepost.host.project.stages import PluginBlock
from milepost.sdk.problem import Problem


def name(body: Body, problems: list[Problem]) -> str:
    """Return the name of the project; empty if it is missing, or wrong and reported."""
    value = body.value("project")
    if value and any(each.root == "workspace" for each in references(value)):
        message = "project: its name cannot go by the workspace, since one project has all its workspaces here"
        problems.append(Problem(message, value.position, hint='write one name in quotes, as in project = "shop"'))
        return ""
    found = plain.text(body, "project", problems) or ""
    if found:
        plain.check_name("a project", found, body.attributes["project"].value.position, problems)
    return found


def plugins(body: Body) -> tuple[PluginBlock, ...]:
    """Return the `plugin` blocks in the file's order."""
    return tuple(
        PluginBlock(word=each.labels[0].text, body=each.body, position=each.position)
        for each in body.of_type("plugin")
        if each.labels
    )


def workspaces(body: Body, problems: list[Problem]) -> tuple[str, ...]:
    """Return the workspaces that there may be; none named: any."""
    names = plain.texts(body, "workspaces", problems)
    for name in names:
        plain.check_name("a workspace", name, body.attributes["workspaces"].value.position, problems)
    return names


def protected(body: Body, problems: list[Problem]) -> tuple[str, ...]:
    """Return the workspaces that are protected."""
    return tuple(
        each.labels[0].text
        for each in body.of_type("workspace")
        if each.labels and plain.truth(each.body, "protected", problems)
    )


def readable(body: Body, folder: Path, problems: list[Problem]) -> tuple[Path, ...]:
    """Return the folders that functions may read files of: the project's, and those that `files` names."""
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


def history(body: Body, folder: Path, problems: list[Problem]) -> str | None:
    """Return the place of the history, absolute; None where the file names none."""
    block = body.one("history")
    path = plain.text(block.body, "path", problems) if block else None
    if block and path and path.startswith("~"):
        hint = "write an absolute path, or one from the folder of the project file"
        problems.append(
            Problem('path: "~" means nothing here', block.body.attributes["path"].value.position, hint=hint)
        )
    return str(folder / path) if path else None
