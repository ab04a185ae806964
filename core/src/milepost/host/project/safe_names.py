"""Names in a `waypoint.hcl` that Waypoint took and that cannot be names here, and what they are called instead."""

from __future__ import annotations

import re

from milepost.host.language.tree import Block, Body, Literal
from milepost.sdk.problem import Position, Problem

_OTHERS = re.compile(r"[^A-Za-z0-9_-]+")


def with_safe_names(body: Body, notes: list[Problem]) -> Body:
    """Return a project file's body with names of project and apps that can be used; `notes` gets each change."""
    (attributes, blocks), before = body.content, len(notes)
    project = attributes.get("project")
    if project and isinstance(project.value, Literal) and isinstance(project.value.value, str):
        name = _safe("project", project.value.value, project.value.position, notes)
        attributes = {**attributes, "project": project._replace(value=Literal(name, project.value.position))}
    blocks = tuple(_named(each, notes) if each.type == "app" and each.labels else each for each in blocks)
    return body if len(notes) == before else Body(lambda: (attributes, blocks), body.position, body.source)


def _named(app: Block, notes: list[Problem]) -> Block:
    first, *others = app.labels
    name = _safe("app", first.text, first.position, notes)
    return app if name == first.text else app._replace(labels=(first._replace(text=name), *others))


def _safe(what: str, name: str, at: Position, notes: list[Problem]) -> str:
    """Return a name with `-` for what no name can have; one of which nothing would be left stays, to be refused."""
    safe = _OTHERS.sub("-", name).strip("-")
    if not safe or not _OTHERS.search(name):
        return name
    hint = 'a name is made of letters, digits, "-" and "_"'
    notes.append(Problem(f'the {what} "{name}" is called {safe} here', at, hint=hint))
    return safe
