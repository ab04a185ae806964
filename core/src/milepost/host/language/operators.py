"""Operators: arithmetic, comparison and logic on values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from milepost.host.language.constraint import BOOL, NUMBER, Constraint
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import concealed, is_secret, is_unknown, revealed, text_of
from milepost.host.language.tree import Operations, Unary
from milepost.host.language.values import LARGEST, SetValue, Unknown, Value, described
from milepost.sdk.problem import Position

_EXACT = Context(prec=155, Emax=LARGEST, Emin=-LARGEST, traps=[InvalidOperation, DivisionByZero, Overflow])
"""As exact as the 512 bits of HCL's own numbers."""

_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _EXACT.divide,
    "%": _EXACT.remainder,
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_LOGIC: dict[str, Callable[[bool, bool], bool]] = {
    "&&": lambda left, right: left and right,
    "||": lambda left, right: left or right,
}


def operations(evaluation: Evaluation, expression: Operations) -> Value:
    """Return the value of a chain, worked out from the left."""
    operands = [evaluation.evaluate(expression.first)]
    result, place = operands[0], expression.first.position
    for sign, operand, position in expression.rest:
        right = evaluation.evaluate(operand)
        operands.append(right)
        result = _operated(evaluation, sign, (result, place), (right, operand.position))
        place = position
    if isinstance(result, Unknown) or not any(map(is_secret, operands)):
        return result
    return concealed(revealed(result), _chain(operands, [each.sign for each in expression.rest]))


def _operated(evaluation: Evaluation, sign: str, left: tuple[Value, Position], right: tuple[Value, Position]) -> Value:
    """Return the value of one operation on values with their places; of secrets, one in clear."""
    if sign in ("==", "!="):
        same = equal(revealed(left[0]), revealed(right[0]))
        return same if isinstance(same, Unknown) else same is (sign == "==")
    kind = BOOL if sign in _LOGIC else NUMBER
    clear = [_operand(evaluation, sign, each, kind) for each in (left, right)]
    unknown = next((each for each in clear if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown
    if kind is BOOL:
        return _LOGIC[sign](*clear)
    return _ORDER[sign](*clear) if sign in _ORDER else _calculated(evaluation, sign, clear, right[1])


def _operand(evaluation: Evaluation, sign: str, operand: tuple[Value, Position], kind: Constraint) -> Any:
    """Return an operand as a number or truth value in clear."""
    value, position = operand
    if revealed(value) is None:
        return evaluation.wrong(f'"{sign}" cannot work on {described(value)}', position)
    try:
        return revealed(convert(value, kind))
    except ConversionError:
        what = "numbers" if kind is NUMBER else "true and false"
        message = f'"{sign}" works on {what}; found {described(value)}'
        return evaluation.wrong(message, position, _advice(sign, value))


def _advice(sign: str, value: Value) -> str:
    """Return what to write in place of an operator on a value that it does not work on."""
    if sign == "+" and isinstance(value, str):
        return 'texts are put together in quotes: "${a}${b}"'
    if sign == "+" and isinstance(value, (list, dict)):
        return f"write {'concat' if isinstance(value, list) else 'merge'}(a, b)"
    return ""


def _calculated(evaluation: Evaluation, sign: str, operands: Sequence[Any], position: Position) -> Value:
    left, right = (Decimal(each) for each in operands)
    if right == 0 and sign in ("/", "%"):
        return evaluation.wrong("nothing can be divided by zero", position)
    try:
        return whole(_ARITHMETIC[sign](left, right))
    except InvalidOperation:  # the remainder of numbers too far apart
        return evaluation.wrong(f'"{sign}" has no result that is exact enough', position)
    except Overflow:
        return evaluation.wrong(f"this number has more than {LARGEST} digits", position)


def whole(number: Decimal) -> int | Decimal:
    """Return a number as an integer where it is one."""
    return int(number) if number == number.to_integral_value() else number


def equal(left: Any, right: Any) -> bool | Unknown:
    """Return whether values in clear are the same: of one kind, numbers by value, lists and objects item by item."""
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right) or isinstance(left, SetValue) != isinstance(right, SetValue):
            return False
        return _all_equal(left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and _all_equal([left[name] for name in right], list(right.values()))
    unknown = is_unknown(left) or is_unknown(right)
    if unknown is not None:
        return unknown if isinstance(left, Unknown) or isinstance(right, Unknown) else False
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _all_equal(left: Sequence[Any], right: Sequence[Any]) -> bool | Unknown:
    """Return whether items are the same; what is not known makes that unknown, as in HCL, even if others differ."""
    found = [equal(*pair) for pair in zip(left, right, strict=True)]
    unknown = next((each for each in found if isinstance(each, Unknown)), None)
    return all(each is True for each in found) if unknown is None else unknown


def _chain(operands: Sequence[Value], signs: Sequence[str]) -> str:
    texts = [text_of(each) for each in operands]
    if not all(texts):
        return ""
    rest = (f" {sign} {text}" for sign, text in zip(signs, texts[1:], strict=True))
    return f"({texts[0]}{''.join(rest)})"


def unary(evaluation: Evaluation, expression: Unary) -> Value:
    """Return the value of an operand with signs before it."""
    operand = evaluation.evaluate(expression.operand)
    result: Any = operand
    for sign in reversed(expression.signs):
        result = _operand(evaluation, sign, (result, expression.operand.position), BOOL if sign == "!" else NUMBER)
        if isinstance(result, Unknown):
            return result
        result = not result if sign == "!" else whole(Decimal(result).copy_negate())
    if not is_secret(operand):
        return result  # type: ignore[no-any-return]  # a number or a truth value
    text = text_of(operand)
    return concealed(result, text and f"({expression.signs}{text})")
