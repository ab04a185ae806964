"""The functions on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

from milepost.host.language.functions.sizes import WIDEST
from milepost.sdk.functions import FunctionError, Number, function

EXACT = Context(prec=155)
"""Arithmetic as precise as the language's own."""

_ROUGH = Context(prec=10)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def settled(value: Number) -> Number:
    """Return a number as the language has it: `int` where it is whole."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


@function
def abs_(number: Number) -> Number:
    """Return the number without its sign.

    Example: abs(-3.5) is 3.5
    """
    return _size(number)


def _size(number: Number) -> Number:
    # abs() of a Decimal rounds it to the 28 digits of Python's default.
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


@function
def ceil(number: Number) -> int:
    """Return the smallest whole number that is not below the number.

    Example: ceil(1.2) is 2
    Example: ceil(-1.2) is -1
    """
    return math.ceil(number)


@function
def floor(number: Number) -> int:
    """Return the greatest whole number that is not above the number.

    Example: floor(1.8) is 1
    Example: floor(-1.2) is -2
    """
    return math.floor(number)


@function
def log(number: Number, base: Number) -> Number:
    """Return the logarithm of the number to the base.

    It has about 16 digits, and may be off in the last one: round it where a whole number is meant.

    Example: log(8, 2) is 3
    Example: log(0, 10) fails
    """
    for index, value in enumerate((number, base)):
        if value <= 0:
            raise FunctionError("a logarithm is of a number above zero", index)
    if base == 1:
        raise FunctionError("there is no logarithm to the base 1", 1)
    return _approximate(lambda: math.log(number) / math.log(base))


@function
def pow_(number: Number, power: Number) -> Number:
    """Return the number raised to the power, up to a size of 308 digits.

    A whole power is exact; a fractional or negative one has about 16 digits.

    Example: pow(3, 40) is 12157665459056928801
    Example: pow(2, -1) is 0.5
    Example: pow(0, -1) fails
    """
    if power == 0:
        return 1
    if isinstance(power, int) and power > 0:
        return _exact_power(number, power)
    if number == 0 and power < 0:
        raise FunctionError("zero cannot be raised to a power below zero")
    if number < 0 and not isinstance(power, int):
        raise FunctionError("a number below zero can be raised to whole powers only")
    return _approximate(lambda: math.pow(number, power))


def _exact_power(number: Number, power: int) -> Number:
    size = _size(number)
    if size in (0, 1):
        return number if power % 2 else size
    digits = _ROUGH.log10(Decimal(size)) * power
    if digits > 308:
        raise _too_large()
    if digits < -308:
        return 0
    return number**power if isinstance(number, int) else settled(EXACT.power(number, power))


def _approximate(work: Callable[[], float]) -> Number:
    try:
        found = work()
    except OverflowError:
        raise _too_large() from None
    except ValueError:
        raise FunctionError("a number is too close to zero") from None
    return settled(Decimal(repr(found)))


def _too_large() -> FunctionError:
    return FunctionError("the result is too large: it has more than 308 digits")


@function
def max_(*numbers: Number) -> Number:
    """Return the largest of the numbers; there must be one at least.

    The numbers of a list are given with three dots: `max(list...)`.

    Example: max(1, 12.5, -3) is 12.5
    Example: max() fails
    """
    return max(_some(numbers))


@function
def min_(*numbers: Number) -> Number:
    """Return the smallest of the numbers; there must be one at least.

    The numbers of a list are given with three dots: `min(list...)`.

    Example: min(1, 12.5, -3) is -3
    Example: min() fails
    """
    return min(_some(numbers))


def _some(numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    if not numbers:
        raise FunctionError("at least one number is needed")
    return numbers


@function
def parseint(text: Any, base: int) -> int:
    """Return the whole number that the text's digits mean in the base, which is between 2 and 62.

    Letters are the digits from ten on, capital or small; above base 36 a small one is less than a capital one.

    Example: parseint("-7f", 16) is -127
    Example: parseint("12", 2) fails
    """
    if not isinstance(text, str):
        raise FunctionError("the digits are given as a text", 0)
    if not 2 <= base <= 62:
        raise FunctionError(f"the base is a whole number from 2 to 62, not {base}", 1)
    digits = text[1:] if text[:1] in ("+", "-") else text
    if len(digits) > WIDEST:
        raise FunctionError(f"the text has more than {WIDEST} digits", 0)
    found = 0
    for digit in digits.lower() if base <= 36 else digits:
        worth = _DIGITS.find(digit)
        if not 0 <= worth < base:
            raise FunctionError(f'"{digit}" is no digit of a number of base {base}', 0)
        found = found * base + worth
    if not digits:
        raise FunctionError("the text has no digits", 0)
    return -found if text[0] == "-" else found


@function
def signum(number: Number) -> int:
    """Return -1 for a number below zero, 1 for one above, and 0 for zero.

    Example: signum(-0.5) is -1
    """
    return (number > 0) - (number < 0)


@function
def sum_(numbers: list[Number]) -> Number:
    """Return the sum of the numbers in a list or set, which must not be empty.

    Example: sum([1, 2.5]) is 3.5
    Example: sum([]) fails
    """
    if not numbers:
        raise FunctionError("an empty list has no sum", 0)
    total = Decimal(0)
    for each in numbers:
        total = EXACT.add(total, each)
    return settled(total)


FUNCTIONS = (abs_, ceil, floor, log, max_, min_, parseint, pow_, signum, sum_)
