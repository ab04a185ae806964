"""Conditionals: `c ? x : y`."""

from __future__ import annotations

from typing import NamedTuple

from milepost.host.language.constraint import ANY, BOOL, Constraint
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import concealed, is_secret, is_unknown, revealed, text_of
from milepost.host.language.tree import Branch, Conditional, Expression
from milepost.host.language.unification import type_of, unify
from milepost.host.language.values import UNKNOWN, Unknown, Value, described
from milepost.sdk.problem import Position, Problem


class _Arm(NamedTuple):
    """One of the two values; what is wrong with it is told only if it is chosen."""

    value: Value
    problems: list[Problem]
    constraint: Constraint
    """Its type: also that of what was not chosen in it."""
    position: Position


def conditional(evaluation: Evaluation, expression: Conditional) -> Value:
    """Return the value of the arm that is chosen, converted to the type of both."""
    arm = _arm(evaluation, expression.otherwise)
    for branch in reversed(expression.branches):
        arm = _chosen(evaluation, branch, arm)
    evaluation.tell(arm.problems)
    return arm.value


def _arm(evaluation: Evaluation, expression: Expression) -> _Arm:
    value, problems = evaluation.apart(expression)
    return _Arm(value, problems, type_of(value), expression.position)


def _chosen(evaluation: Evaluation, branch: Branch, otherwise: _Arm) -> _Arm:
    """Return what a condition and its two arms come to."""
    first = _arm(evaluation, branch.value)
    condition, problems = evaluation.apart(branch.condition)
    place = branch.value.position
    if problems:
        return _Arm(UNKNOWN, problems, ANY, place)
    constraint = unify([first.constraint, otherwise.constraint])
    if constraint is None:
        return _wrong(_inconsistent(first, otherwise), place, "make both the same type, for example with tostring(…)")
    if isinstance(condition, Unknown):
        return _Arm(condition, [], constraint, place)
    truth = _truth(condition)
    if truth is None:
        return _wrong(f"a condition is true or false; found {described(condition)}", branch.condition.position)
    arm = first if truth else otherwise
    value = convert(arm.value, constraint)
    if is_secret(condition):
        value = _waiting(first) or _waiting(otherwise) or value
        value = concealed(revealed(value), _origin(condition, first, otherwise))
    return _Arm(value, arm.problems, constraint, place)


def _waiting(arm: _Arm) -> Unknown | None:
    """Return what an arm waits for: whether a secret chose it must not be seen from that."""
    return None if arm.problems else is_unknown(arm.value)


def _truth(condition: Value) -> bool | None:
    """Return whether a condition holds; None if it is no truth value."""
    try:
        found = revealed(convert(condition, BOOL))
    except ConversionError:
        return None
    return found if isinstance(found, bool) else None


def _wrong(message: str, position: Position, hint: str = "") -> _Arm:
    return _Arm(UNKNOWN, [Problem(message, position, hint=hint)], ANY, position)


def _inconsistent(first: _Arm, otherwise: _Arm) -> str:
    return f"both values of a conditional are of one type; found {_kind(first)} and {_kind(otherwise)}"


def _kind(arm: _Arm) -> str:
    """Return what an arm's value is. The names in a secret object are secret, too."""
    return "a secret" if is_secret(arm.value) else f"{arm.constraint.words} ({arm.constraint})"


def _origin(condition: Value, first: _Arm, otherwise: _Arm) -> str:
    """Return the expression of the whole; none if one value is wrong, which would tell what the condition is."""
    texts = [text_of(condition), *("" if each.problems else text_of(each.value) for each in (first, otherwise))]
    return f"({texts[0]} ? {texts[1]} : {texts[2]})" if all(texts) else ""
