"""Functions that look at what is in a list or a set: whether, which, how many, in which order."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from milepost.host.language.functions.graphemes import width
from milepost.host.language.functions.numbers import EXACT
from milepost.host.language.functions.sets import key_of, same_type
from milepost.host.language.provenance import call_text, concealed
from milepost.host.language.values import Unknown
from milepost.sdk.functions import FunctionError, Number, function
from milepost.sdk.secret import Secret

_MOST_NUMBERS = 1024


@function
def alltrue(items: list[bool | None]) -> bool:
    """Return whether all of a list is true; null is not. Of an empty list, all is.

    Example: alltrue([true, "true"]) is true
    Example: alltrue([true, null]) is false
    Example: alltrue([]) is true
    """
    return all(items)


@function
def anytrue(items: list[bool | None]) -> bool:
    """Return whether something in a list is true. In an empty list, nothing is.

    Example: anytrue([false, true]) is true
    Example: anytrue([]) is false
    """
    return any(items)


@function
def compact(items: list[str | None]) -> list[str]:
    """Return a list of texts without the empty ones and nulls. Numbers and truth values become texts.

    Example: compact(["a", "", null, "b"]) is ["a", "b"]
    Example: compact([1]) is ["1"]
    """
    return [each for each in items if each]


@function
def contains(items: list[Any], value: Any | None) -> bool:
    """Return whether a value is in a list or a set, as `==` compares: a text is no number.

    Example: contains(["a", "b"], "a") is true
    Example: contains([1, 2], "1") is false
    Example: contains([[1]], [1]) is true
    """
    key = key_of(value)
    return any(key_of(each) == key for each in items)


@function
def distinct(items: list[Any]) -> list[Any]:
    """Return a list without what stands before in it, all of one type.

    Example: distinct(["a", "b", "a"]) is ["a", "b"]
    Example: distinct([1, 1.0, "1"]) is ["1"]
    Example: distinct([1, true]) fails
    """
    found: dict[Hashable, Any] = {}
    for each in same_type(items):
        found.setdefault(key_of(each), each)
    return list(found.values())


@function(passes=True)
def length(value: Any) -> Any:
    """Return how many things are in a list, a set, a map or an object, or how many characters a text has.

    A character is what a reader takes for one, such as a letter with its accents.

    Example: length(["a", "b"]) is 2
    Example: length({a = 1}) is 1
    Example: length("hé") is 2
    Example: length(5) fails
    """
    if isinstance(value, Unknown):
        return value
    if isinstance(value, (list, dict)):
        return len(value)
    if isinstance(value, Secret):
        return concealed(length.call(value.reveal()), call_text("length", [value]))
    if isinstance(value, str):
        return width(value)
    raise FunctionError("expected a list, a set, a map, an object or a text", 0)


@function(name="range")
def numbers(first: Number, *more: Number) -> list[Number]:
    """Return the numbers from 0 to before `first`, or from `first` to before a second number, in steps of a third.

    Without a third number the step is 1, or -1 where the second is the smaller one. At most 1024 numbers.

    Example: range(3) is [0, 1, 2]
    Example: range(-3) is [0, -1, -2]
    Example: range(1, 8, 2) is [1, 3, 5, 7]
    Example: range(4, 1) is [4, 3, 2]
    Example: range(0, 1, 0.25) is [0, 0.25, 0.5, 0.75]
    Example: range(1, 4, -1) fails
    Example: range(2000) fails
    """
    if len(more) > 2:
        raise FunctionError(f"one, two or three numbers were expected; found {len(more) + 1}")
    start, end = (first, more[0]) if more else (0, first)
    step = more[1] if len(more) == 2 else 1 if start <= end else -1
    if start != end and (step > 0) is not (start < end):
        raise FunctionError(f"steps of {step} do not lead from {start} to {end}", 2)
    found: list[Number] = []
    while (start < end) if step > 0 else (start > end):
        found.append(start)
        if len(found) > _MOST_NUMBERS:
            raise FunctionError(f"these are more than {_MOST_NUMBERS} numbers", hint="take a larger step")
        start = EXACT.add(start, step)
    return found


@function
def sort(items: list[str | None]) -> list[str]:
    """Return a list of texts in the order of their characters in Unicode: digits, upper case, lower case, the rest.

    Numbers and truth values become texts.

    Example: sort(["b", "a", "C"]) is ["C", "a", "b"]
    Example: sort([10, 9]) is ["10", "9"]
    Example: sort(["a", null]) fails
    """
    for at, each in enumerate(items):
        if each is None:
            raise FunctionError(f"element {at} is null; expected a text", 0)
    return sorted(each for each in items if each is not None)


FUNCTIONS = (alltrue, anytrue, compact, contains, distinct, length, numbers, sort)
