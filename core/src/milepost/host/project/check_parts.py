"""Whether the way into a variable's value is one that values of its type have."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.host.language.calls import LAZY
from milepost.host.language.constraint import Constraint
from milepost.host.language.tree import Expression, Literal, Reference, Step
from milepost.host.language.walk import calls, references
from milepost.sdk.problem import Position, Problem, nearest


def wrong_part(kind: Constraint | None, where: str, steps: Sequence[Step], at: Position) -> Problem | None:
    """Return what is wrong with steps into a value of a type that is called `where`; None if nothing can be said."""
    for step in steps:
        if kind is None or not isinstance(step, Literal) or not isinstance(step.value, str):
            return None
        if kind.kind in ("string", "number", "bool"):
            return Problem(f"{where} is {kind.words}, which has no parts", at, hint=f"write {where}")
        if kind.kind == "object":
            kind, problem = _attribute(kind, where, step.value, at)
            if problem:
                return problem
        elif kind.kind == "map":
            kind = kind.inner[0]
        elif kind.kind in ("list", "tuple") and not step.value.isdecimal():
            hint = f"write {where}[0], or {where}[*].{step.value} for all of them"
            return Problem(f"{where} is {kind.words}, whose items have no names", at, hint=hint)
        else:
            return None
        where = f"{where}.{step.value}"
    return None


def _attribute(kind: Constraint, where: str, name: str, at: Position) -> tuple[Constraint | None, Problem | None]:
    """Return the type of an object's attribute, or that there is none of that name."""
    types = {each.name: each.constraint for each in kind.attributes}
    if name in types:
        return types[name], None
    close = nearest(name, tuple(types))
    there = f"there is {', '.join(f'{where}.{each}' for each in types)}" if types else f"{where} is empty"
    hint = f"did you mean {where}.{close}?" if close else there
    return None, Problem(f"there is no {where}.{name}", at, hint=hint)


def guarded(expression: Expression) -> frozenset[Reference]:
    """Return the references in an expression that may lead nowhere, because somebody tries whether they do."""
    tried = (call for call in calls(expression) if call.name in LAZY)
    return frozenset(reference for call in tried for reference in references(call))
