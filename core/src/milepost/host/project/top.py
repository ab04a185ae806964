"""What the top of a project file says about the project, where it must be known before anything is evaluated."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.language.tree import Body, Expression
from milepost.host.language.walk import expressions, references
from milepost.host.project import plain
from milepost.sdk.problem import Problem

if TYPE_CHECKING:
    from milepost.host.project.stages import PluginBlock, Use


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
    named = [each for each in body.of_type("plugin") if each.labels]
    if not named:
        return ()
    from milepost.host.project.stages import PluginBlock  # noqa: PLC0415 - few files have any, and lists must be quick

    return tuple(PluginBlock(word=each.labels[0].text, body=each.body, position=each.position) for each in named)


def env(body: Body) -> Expression | None:
    """Return the `env` of the `config` block in a body."""
    config = body.one("config")
    return config.body.value("env") if config else None


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


def shared_history(body: Body, problems: list[Problem]) -> Use | None:
    """Return the plugin that opens the history; None where it lies in a folder."""
    block = body.one("history")
    use = block.body.one("use") if block else None
    if block is None or use is None or not use.labels:
        return None
    if "path" in block.body.attributes:
        message = 'a history block has a "path" or a "use"; found both'
        problems.append(Problem(message, use.position, hint="leave one of them out"))
    from milepost.host.project.stages import Use  # noqa: PLC0415 - see above

    word = use.labels[0].text
    problems += _changing(use.body)
    return Use(word=word, body=use.body, position=use.position, path=f'history > use "{word}"')


def _changing(body: Body) -> list[Problem]:
    """Return what stands in the `history` block and is not the same for all apps and workspaces."""
    found = (each for expression in expressions(body) for each in references(expression))
    changing = (each for each in found if each.root in ("app", "workspace", "labels", "config"))
    message = "{} is not known here: one history is for all apps and workspaces"
    return [Problem(message.format(each), each.position, hint="use var, local or a function") for each in changing]
