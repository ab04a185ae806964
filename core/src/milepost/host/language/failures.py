"""Whether it tells something of a secret that an expression fails: what `try` and `can` have to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import is_secret
from milepost.host.language.scope import Deferred
from milepost.host.language.tree import Expression, Literal, Node, Reference
from milepost.host.language.walk import calls, references

_MAKERS = ("sensitive", "secret", "dynamic", "configdynamic")
"""The functions that give secrets without being given one."""

_NOTHING = object()


def tells(evaluation: Evaluation, expression: Expression) -> bool:
    """Return whether an expression may fail because of what a secret is; in doubt, it may.

    Nothing is evaluated: it is asked whether any name in it, or in the locals behind it, has a secret.
    """
    pending: list[tuple[Expression, bool]] = [(expression, True)]
    seen: set[tuple[int, bool]] = set()
    while pending:
        each, is_whole = pending.pop()
        if (id(each), is_whole) in seen:
            continue
        seen.add((id(each), is_whole))
        if any(call.name.rpartition("::")[2] in _MAKERS for call in calls(each)):
            return True
        for reference in references(each):
            found, is_end = _behind(evaluation, reference)
            # A secret as a whole is there, whatever it is.
            stays_whole = is_whole and is_end and reference is each
            if is_secret(found) and not stays_whole:
                return True
            pending += [(inner, stays_whole) for inner in _deferred(found)]
    return False


def _behind(evaluation: Evaluation, reference: Reference) -> tuple[Any, bool]:
    """Return what lies on the way of a reference: a value, a group or an expression; and whether that is its end."""
    value: Any = evaluation.bound.get(reference.root, _NOTHING)
    if value is _NOTHING:
        value = evaluation.scope.root(reference.root)
    for step in reference.steps:
        group = value.expressions if isinstance(value, Deferred) else value
        if not isinstance(group, Mapping) or not isinstance(step, Literal):
            return value, False
        value = None
        # That there is no such name can be seen by all.
        with suppress(KeyError):
            value = group[str(step.value)]
    return value, True


def _deferred(found: Any) -> Iterator[Expression]:
    """Yield the expressions that may be evaluated for what was found."""
    if isinstance(found, Node):
        yield found  # type: ignore[misc]  # the only nodes among values are expressions
    elif isinstance(found, Deferred):
        yield from found.expressions.values()
    elif isinstance(found, dict):
        for each in found.values():
            yield from _deferred(each)
