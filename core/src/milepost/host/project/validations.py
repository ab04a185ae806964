"""What must hold of the values of variables: their `validation` blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from milepost.host.language.constraint import BOOL
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.provenance import is_unknown, revealed
from milepost.host.language.values import Unknown, Value, described
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope
from milepost.host.project.stages import Validation, VariableBlock
from milepost.sdk.problem import Problem, Related

DEFAULT = "default"
"""The source of a value that stands in the variable's block."""


class Resolved(NamedTuple):
    """The value of a variable."""

    value: Value
    """Unknown where there is none, or a wrong one."""
    source: str
    """Where it came from, such as `--var` or `prod.mpvars:3:9`; empty where nothing gives one."""
    problems: tuple[Problem, ...] = ()
    """Why there is none."""


def broken_validations(project: Project, found: Mapping[str, Resolved], scope: Scope) -> list[Problem]:
    """Return the validations that do not hold, and those that cannot be evaluated.

    One whose condition is not known yet is skipped, as is one of a variable without a value.
    """
    known = replace(scope, variables={name: each.value for name, each in found.items()})
    return [
        problem
        for name, each in found.items()
        if not isinstance(each.value, Unknown)
        for validation in project.variables[name].validations
        for problem in _broken(validation, project.variables[name], each, known)
    ]


def _broken(validation: Validation, block: VariableBlock, found: Resolved, scope: Scope) -> Iterator[Problem]:
    evaluator = Evaluator(scope)
    condition = evaluator.value(validation.condition)
    if evaluator.problems or is_unknown(condition):
        yield from evaluator.problems
        return
    try:
        holds = convert(revealed(condition), BOOL)
    except ConversionError:
        holds = None
    if holds is None:
        message = f"a condition is true or false; found {described(condition)}"
        yield Problem(message, validation.condition.position)
    elif not holds:
        message = f'the variable "{block.name}" is refused: {_message(validation, scope)}; {_given(block, found)}'
        yield Problem(message, validation.position, related=_places(block, found))


def _message(validation: Validation, scope: Scope) -> str:
    """Return what the author says; a text that holds a secret, or cannot be made, is not shown."""
    message = Evaluator(scope).value(validation.message)
    return message.strip().rstrip(".") if isinstance(message, str) else "a condition does not hold"


def _given(block: VariableBlock, found: Resolved) -> str:
    """Return where the value came from, and which it is."""
    shown = "a secret" if block.sensitive else described(found.value)
    return f"its default is {shown}" if found.source == DEFAULT else f"{found.source} gives {shown}"


def _places(block: VariableBlock, found: Resolved) -> tuple[Related, ...]:
    """Return where the value stands, if it stands in the project file."""
    if found.source != DEFAULT or block.default is None:
        return ()
    return (Related("the default stands here", block.default.position),)
