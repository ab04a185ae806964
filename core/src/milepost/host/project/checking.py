"""What is wrong with a project file beyond its shape, looked for once, when the file has changed."""

from __future__ import annotations

from milepost.host.language.tree import Body
from milepost.host.project import plain
from milepost.host.project.blocks import Blocks
from milepost.host.project.foreign_blocks import foreign_problems
from milepost.host.project.requirements import wrong_constraints
from milepost.host.project.scope_checks import workspace_problem, wrong_scopes
from milepost.host.project.scoping import is_scoped, variants
from milepost.host.project.variable_types import wrong_declarations
from milepost.sdk.problem import Problem


def wrong_parts(body: Body, blocks: Blocks, workspaces: tuple[str, ...]) -> list[Problem]:
    """Return what is wrong; `blocks` gets what is wrong with scoped bodies of apps, `workspaces` are those named."""
    problems = wrong_scopes(body, workspaces, whole=blocks.lenient)
    problems += foreign_problems(body)
    problems += wrong_constraints(body)
    problems += wrong_declarations(body)
    for block in body.of_type("workspace"):
        if block.labels and (wrong := workspace_problem(block, workspaces)):
            problems.append(wrong)
    for block in body.of_type("plugin"):
        for name in ("version", "checksum"):
            plain.text(block.body, name, problems)
    for app in body.of_type("app"):
        if app.labels and is_scoped(app.body, "app"):
            for form in variants(app.body, "app", whole=blocks.lenient):
                blocks.app(app._replace(body=form), may_be_empty=True)
    return problems
