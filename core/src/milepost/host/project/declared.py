"""What a project file declares: its variables with their types; calls stand nowhere else yet."""

from __future__ import annotations

from milepost.host.language.tree import Block, Call, Expression, Literal, Reference
from milepost.host.language.walk import references
from milepost.host.project import plain
from milepost.host.project.stages import VariableBlock
from milepost.sdk.problem import Problem

TYPES = ("string", "number", "bool", "list(string)", "map(string)", "any")
"""The types that a variable may have."""


def variable_block(block: Block, problems: list[Problem]) -> VariableBlock:
    """Return the variable that a block declares, and report what is wrong with it."""
    body = block.body
    plain.check_name("a variable", block.labels[0].text, block.labels[0].position, problems)
    kind = _type(body.value("type"), problems)
    sensitive = plain.truth(body, "sensitive", problems)
    if sensitive and "(" in kind:
        message = f"a sensitive variable holds a single value, not {kind}"
        problems.append(Problem(message, body.attributes["sensitive"].position, hint="use one variable for each value"))
    default = body.value("default")
    problems += [
        Problem(
            f"default: {each} cannot stand here; the variables are known first", each.position, hint="write a value"
        )
        for each in (references(default) if default else ())
    ]
    return VariableBlock(
        name=block.labels[0].text,
        type=kind,
        default=default,
        description=plain.text(body, "description", problems) or "",
        env=plain.texts(body, "env", problems),
        sensitive=sensitive,
        body=body,
        position=block.position,
    )


def _type(value: Expression | None, problems: list[Problem]) -> str:
    if value is None:
        return "any"
    written = _written(value)
    if written in TYPES:
        return written
    problems.append(Problem(f"type: expected one of {', '.join(TYPES)}", value.position))
    return "any"


def _written(value: Expression) -> str:
    """Return a type as it is written: a name, a name with another in parentheses, or either in quotes."""
    if isinstance(value, Literal):
        return str(value.value)
    if isinstance(value, Call) and len(value.arguments) == 1:
        return f"{value.name}({_written(value.arguments[0])})"
    return str(value) if isinstance(value, Reference) else ""
