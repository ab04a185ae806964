"""The variables that a project file declares, as they stand there; what their types mean is asked later."""

from __future__ import annotations

from milepost.host.language.tree import Block, Body
from milepost.host.language.walk import references
from milepost.host.project import plain
from milepost.host.project.stages import Validation, VariableBlock
from milepost.sdk.problem import Problem

KNOWN_FIRST = ("path", "workspace", "project", "git")
"""The names that a default can begin with: what is known before any variable is."""


def variable_block(block: Block, problems: list[Problem]) -> VariableBlock:
    """Return the variable that a block declares, and report what is wrong with it."""
    body = block.body
    plain.check_name("a variable", block.labels[0].text, block.labels[0].position, problems)
    default = body.value("default")
    problems += [
        Problem(
            f"default: {each} cannot stand here; the variables are known first", each.position, hint="write a value"
        )
        for each in (references(default) if default else ())
        if each.root not in KNOWN_FIRST or str(each) == "path.app"
    ]
    return VariableBlock(
        name=block.labels[0].text,
        type=body.value("type"),
        default=default,
        description=plain.text(body, "description", problems) or "",
        env=plain.texts(body, "env", problems),
        sensitive=plain.truth(body, "sensitive", problems),
        nullable="nullable" not in body.attributes or plain.truth(body, "nullable", problems),
        validations=_validations(body),
        body=body,
        position=block.position,
    )


def _validations(body: Body) -> tuple[Validation, ...]:
    """Return the validations of a variable; one that lacks something has been reported with the file's shape."""
    found = (
        (block.body.value("condition"), block.body.value("error_message"), block)
        for block in body.of_type("validation")
    )
    return tuple(
        Validation(condition, message, block.position) for condition, message, block in found if condition and message
    )
