"""What a function is given: arguments in their number and types, in clear."""

from __future__ import annotations

from typing import Any, NamedTuple

from milepost.host.language.constraint import MIXED, Constraint
from milepost.host.language.conversion import ConversionError
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import is_secret, is_unknown, parts_of, revealed
from milepost.host.language.signature import Parameter, Signature
from milepost.host.language.tree import Call
from milepost.host.language.values import UNKNOWN, Marked, Unknown, Value, described
from milepost.sdk.problem import Position


class Argument(NamedTuple):
    """An argument and its place; what is spread from a list has the place of the list."""

    value: Value
    position: Position


def arguments_of(evaluation: Evaluation, expression: Call) -> list[Argument] | Unknown:
    """Return the arguments of a call, those of a spread list one by one."""
    found = [Argument(evaluation.evaluate(each), each.position) for each in expression.arguments]
    if not expression.spreads:
        return found
    last = found.pop()
    items = last.value.value if isinstance(last.value, Marked) else last.value
    if isinstance(items, Unknown):
        return items
    if not isinstance(items, list):
        return evaluation.wrong(f'"..." stands after a list; found {described(last.value)}', last.position)
    if isinstance(last.value, Marked):
        items = parts_of(last.value)[1]
    return [*found, *(Argument(each, last.position) for each in items)]


class Given(NamedTuple):
    """What a function is called with."""

    values: list[Any]
    is_hidden: bool
    """Whether a secret was revealed for it: then the result is one."""


def given(evaluation: Evaluation, signature: Signature, arguments: list[Argument], *, passes: bool) -> Given | Unknown:
    """Return the arguments, of the right number, as a function wants them; UNKNOWN if one does not fit, which is told.

    `passes` leaves secrets and what is not known yet inside of lists and objects as they are.
    """
    values, is_hidden = [], False
    unknown: Unknown | None = None
    for at, argument in enumerate(arguments):
        parameter = signature.parameter(at)
        assert parameter is not None, "their number was checked"
        leaves = passes and _is_open(parameter.constraint)
        clear = _clear(argument.value, parameter, leaves=leaves)
        is_hidden = is_hidden or clear is not argument.value
        value = _fitted(evaluation, parameter, argument, clear)
        if not leaves:
            unknown = unknown or is_unknown(value)
        elif isinstance(value, Unknown) and (value is UNKNOWN or parameter.constraint != MIXED):
            unknown = unknown or value
        values.append(value)
    return Given(values, is_hidden) if unknown is None else unknown


def _is_open(constraint: Constraint) -> bool:
    """Return whether a type says nothing about what is in its values."""
    return constraint == MIXED or (bool(constraint.inner) and _is_open(constraint.inner[0]))


def _clear(value: Value, parameter: Parameter, *, leaves: bool) -> Any:
    """Return an argument in clear; the same one if nothing in it is secret, or may stay so."""
    if parameter.takes_secrets or not is_secret(value):
        return value
    if leaves:
        return value.value if isinstance(value, Marked) else value
    return revealed(value)


def _fitted(evaluation: Evaluation, parameter: Parameter, argument: Argument, clear: Any) -> Value:
    try:
        return parameter.converted(clear)
    except ConversionError as error:
        where, said = f"{parameter.name}{error.place}", error.message
        if is_secret(argument.value):
            where, said = parameter.name, f"expected {parameter.constraint.words}, found {described(argument.value)}"
        return evaluation.wrong(f"the argument {where}: {said}", argument.position)
