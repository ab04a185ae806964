"""What is wrong with scoped bodies, said of all of them, whether they apply or not."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.host.language.source import Source
from milepost.host.language.tree import Block, Body
from milepost.host.project import plain
from milepost.host.project.merging import SCOPES
from milepost.host.project.scoping import INSIDE
from milepost.host.project.selecting import wrong_selector
from milepost.sdk.problem import Problem, nearest


def scoped_blocks(body: Body, kind: str = "") -> Iterator[tuple[str, Block]]:
    """Yield all scoped bodies in a block, each with the type of the block that it is a body of."""
    for block in body.blocks:
        if kind and block.type in SCOPES:
            yield kind, block
            yield from scoped_blocks(block.body.part(lambda name: name not in SCOPES), kind)
        elif block.type == "app" and not kind:
            yield from scoped_blocks(block.body, "app")
        elif block.type in INSIDE.get(kind, ()):
            yield from scoped_blocks(block.body, block.type)


def wrong_scopes(body: Body, workspaces: tuple[str, ...], *, whole: bool) -> list[Problem]:
    """Return what is wrong with the scopes of a project: names, selectors, bodies that cannot stand alone.

    `workspaces` are those that there may be, if they are named; `whole`: each scoped body stands alone.
    """
    problems: list[Problem] = []
    for kind, block in scoped_blocks(body):
        if block.labels:
            problems += _wrong_name(block, workspaces, body.source)
        is_alone = plain.truth(block.body, "replace", problems)
        if whole and "replace" in block.body.attributes:
            at = block.body.attributes["replace"].position
            message = "replace: in a waypoint.hcl a scoped body stands alone always"
            problems.append(Problem(message, at, hint="leave it out"))
        needs_use = kind in ("deploy", "registry") or (whole and kind in ("build", "release"))
        if (is_alone or whole) and needs_use and not block.body.of_type("use"):
            message = f'this body stands alone, so it needs the block "use": nothing of the other {kind} is kept'
            problems.append(Problem(message, block.position, hint='add use "NAME" { … }'))
    return problems


def workspace_problem(block: Block, workspaces: tuple[str, ...]) -> Problem | None:
    """Return what is wrong with the workspace that a block names, if the project says which there are."""
    label = block.labels[0]
    problems: list[Problem] = []
    plain.check_name("a workspace", label.text, label.position, problems)
    if not problems and workspaces and label.text not in workspaces:
        close = nearest(label.text, workspaces)
        hint = f'did you mean "{close}"?' if close else f"there is {', '.join(workspaces)}"
        problems.append(Problem(f'the project has no workspace "{label.text}"', label.position, hint=hint))
    return problems[0] if problems else None


def _wrong_name(block: Block, workspaces: tuple[str, ...], source: Source) -> list[Problem]:
    label = block.labels[0]
    if not label.text:
        return []
    wrong = wrong_selector(label, source) if block.type == "label" else workspace_problem(block, workspaces)
    return [wrong] if wrong else []
