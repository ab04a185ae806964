"""Calls of functions: which one it is, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from milepost.host.language.arguments import Argument, Given, arguments_of, given
from milepost.host.language.context import NotKnownYetError
from milepost.host.language.conversion import set_of
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.failures import tells
from milepost.host.language.operators import whole
from milepost.host.language.provenance import call_text, concealed, is_secret, revealed
from milepost.host.language.rendering import renderer
from milepost.host.language.signature import Signature
from milepost.host.language.tree import Call
from milepost.host.language.values import SetValue, Unknown, Value, normal
from milepost.sdk.errors import MilepostError
from milepost.sdk.functions import Function, FunctionError
from milepost.sdk.problem import Position, Problem, nearest


def call(evaluation: Evaluation, expression: Call) -> Value:
    """Return what a function returns."""
    if expression.name in _LAZY:
        return _LAZY[expression.name](evaluation, expression)
    function = evaluation.scope.functions.find(expression.name)
    arguments = arguments_of(evaluation, expression)
    if function is None:
        return evaluation.wrong(*_no_function(evaluation, expression))
    if isinstance(arguments, Unknown):
        return arguments
    signature: Signature = evaluation.signature(function)
    if not signature.takes(len(arguments)):
        return evaluation.wrong(miscounted(signature, len(arguments)), expression.position, f"write {signature}")
    taken = given(evaluation, signature, arguments, passes=function.passes)
    if isinstance(taken, Unknown):
        return taken
    found = _worked(evaluation, expression, function, (arguments, taken), signature)
    return evaluation.made(found, expression.position)


def _no_function(evaluation: Evaluation, expression: Call) -> tuple[str, Position, str]:
    close = nearest(expression.name, tuple(sorted((*evaluation.scope.functions.names(), *_LAZY))))
    hint = f"did you mean {close}?" if close else "milepost functions lists all there are"
    return f'there is no function "{expression.name}"', expression.position, hint


def miscounted(signature: Signature, count: int) -> str:
    """Return what is wrong with so many arguments."""
    least, most = signature.least, signature.most
    wanted = f"{least} or more" if most is None else str(least) if least == most else f"{least} to {most}"
    return f"{signature.name} takes {wanted} argument{'' if wanted == '1' else 's'}; found {count}"


def _worked(
    evaluation: Evaluation,
    expression: Call,
    function: Function,
    arguments: tuple[list[Argument], Given],
    signature: Signature,
) -> Value:
    """Return what the Python function makes of its arguments; of a secret, a secret."""
    written, (values, is_hidden) = arguments
    context = [replace(evaluation.scope.context, render=renderer(evaluation))] if signature.wants_context else []
    try:
        found: Value = returned(function.call(*context, *values))
    except NotKnownYetError as unknown:
        return Unknown(unknown.name)
    except FunctionError as error:
        place = expression.position if error.argument is None else written[error.argument].position
        if is_hidden:
            return evaluation.wrong(f"{expression.name} fails; why is not shown, since it was given a secret", place)
        return evaluation.wrong(f"{expression.name}: {error}", place, error.hint)
    except MilepostError as error:
        return evaluation.wrong(f"{expression.name}: {error}", expression.position, error.hint)
    if not is_hidden or isinstance(found, Unknown):
        return found
    return concealed(revealed(found), call_text(expression.name, [each.value for each in written]))


def returned(value: Any) -> Any:
    """Return what a function returned as a value of the language."""
    if isinstance(value, (str, int)):
        return normal(value) if isinstance(value, str) else value
    match value:
        case Decimal():
            return whole(value)
        case SetValue():
            return value
        case list() | tuple():
            return list(map(returned, value))
        case set() | frozenset():
            return set_of(map(returned, value))
        case Mapping():
            return {str(name): returned(each) for name, each in value.items()}
        case float():
            raise TypeError("a function of the language returns a Decimal in place of a float")
    return value


def _try(evaluation: Evaluation, expression: Call) -> Value:
    """Return the first argument that is not wrong; what is not known yet is not wrong.

    Where an argument may be wrong because of what a secret is, which one was taken is secret as well.
    """
    told: list[Problem] = []
    for each in expression.arguments:
        value, problems = evaluation.apart(each)
        if not problems:
            before = expression.arguments[: len(told)]
            is_hidden = any(tells(evaluation, other) for other in before) or (
                each is not expression.arguments[-1] and tells(evaluation, each)
            )
            return concealed(revealed(value), "") if is_hidden else value
        told.append(problems[0])
    if not told:
        return evaluation.wrong("try takes 1 or more arguments; found 0", expression.position, "write try(a, b)")
    reasons = "; ".join(each.message for each in told)
    return evaluation.wrong(f"try: all that stands in it is wrong: {reasons}", expression.position)


def _can(evaluation: Evaluation, expression: Call) -> Value:
    """Return whether the argument is not wrong."""
    if len(expression.arguments) != 1:
        message = f"can takes 1 argument; found {len(expression.arguments)}"
        return evaluation.wrong(message, expression.position, "write can(a)")
    value, problems = evaluation.apart(expression.arguments[0])
    if isinstance(value, Unknown) and not problems:
        return value
    if tells(evaluation, expression.arguments[0]):
        return concealed(not problems, "")
    return concealed(True, call_text("can", [value])) if is_secret(value) else not problems


_LAZY: dict[str, Callable[[Evaluation, Call], Value]] = {"try": _try, "can": _can}
"""What looks like a function and evaluates its arguments by itself."""

LAZY = tuple(_LAZY)
"""The names that can be called besides those of the scope's functions."""
