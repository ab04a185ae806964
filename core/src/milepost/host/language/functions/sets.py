"""Functions of sets. Lists are taken as the sets of what is in them; what is in a set is of one type, in order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from milepost.host.language.values import SetValue, plain_text
from milepost.sdk.functions import FunctionError, function

_MOST = 1_000_000


def sort_key(value: Any) -> tuple[Any, ...]:
    """Return what has the order and the equality of a value of the language. Null is the last one."""
    match value:
        case None:
            return (9,)
        case bool():
            return (0, value)
        case int() | Decimal():
            return (1, value)
        case str():
            return (2, value)
        case list():
            return (3, tuple(map(sort_key, value)))
        case _:
            return (4, tuple((key, sort_key(value[key])) for key in sorted(value)))


def same_type(items: list[Any]) -> list[Any]:
    """Return values as they are in a list of one type. Raises FunctionError if no type fits all."""
    kinds = {type(each) for each in items if each is not None}
    simple = kinds & {bool, int, Decimal, str}
    if (simple != kinds and simple) or (bool in kinds and simple - {bool, str} and str not in kinds):
        raise FunctionError("what is in the lists is of several types", hint="a set has values of one type")
    if str in kinds:
        return [each if each is None else plain_text(each) for each in items]
    return items


def _sets(*lists: list[Any]) -> list[dict[tuple[Any, ...], Any]]:
    """Return lists, all of one type, as values by their keys."""
    items = iter(same_type([item for each in lists for item in each]))
    return [{sort_key(item): item for item in (next(items) for _ in each)} for each in lists]


def _in_order(found: dict[tuple[Any, ...], Any], keys: Iterable[tuple[Any, ...]]) -> SetValue:
    return SetValue(found[key] for key in sorted(keys))


@function
def setintersection(first: list[Any], *rest: list[Any]) -> SetValue:
    """Return the set of what is in all of several sets.

    Example: setintersection(["a", "b"], ["b", "c"]) is toset(["b"])
    Example: setintersection([1, 2], ["2"]) is toset(["2"])
    """
    head, *others = _sets(first, *rest)
    return _in_order(head, (key for key in head if all(key in each for each in others)))


@function
def setproduct(first: list[Any], second: list[Any], *rest: list[Any]) -> list[Any]:
    """Return all lists that have one value of each set, the last set's value changing first.

    The result is a list; where one of what is given is a set, it is a set.

    Example: setproduct([1, 2], ["a", "b"]) is [[1, "a"], [1, "b"], [2, "a"], [2, "b"]]
    Example: setproduct([1, 2], []) is []
    Example: setproduct(range(1000), range(1000), [1, 2]) fails
    """
    lists = (first, second, *rest)
    size = prod(map(len, lists))
    if size > _MOST:
        raise FunctionError(f"the product has {size} elements; at most {_MOST} can be made")
    found = [list(each) for each in product(*map(same_type, lists))]
    return SetValue(found) if any(isinstance(each, SetValue) for each in lists) else found


@function
def setsubtract(minuend: list[Any], subtrahend: list[Any]) -> SetValue:
    """Return the set of what is in the first set and not in the second.

    Example: setsubtract(["a", "b"], ["b"]) is toset(["a"])
    """
    left, right = _sets(minuend, subtrahend)
    return _in_order(left, left.keys() - right.keys())


@function
def setsymmetricdifference(first: list[Any], *rest: list[Any]) -> SetValue:
    """Return the set of what is in one of two sets and not in both. Of more sets, the next is taken with the result.

    Example: setsymmetricdifference([1, 2], [2, 3]) is toset([1, 3])
    Example: setsymmetricdifference([1, 2], [2, 3], [1, 3]) is toset([])
    """
    head, *others = _sets(first, *rest)
    found, keys = dict(head), set(head)
    for each in others:
        found.update(each)
        keys ^= each.keys()
    return _in_order(found, keys)


@function
def setunion(first: list[Any], *rest: list[Any]) -> SetValue:
    """Return the set of what is in any of several sets.

    Example: setunion(["b"], ["a", "b"]) is toset(["a", "b"])
    Example: setunion([1], ["2"]) is toset(["1", "2"])
    Example: setunion([1], [[1]]) fails
    """
    found: dict[tuple[Any, ...], Any] = {}
    for each in _sets(first, *rest):
        found.update(each)
    return _in_order(found, found)


FUNCTIONS = (setintersection, setproduct, setsubtract, setsymmetricdifference, setunion)
