"""Functions of sets. Lists are taken as the sets of what is in them; what is in a set is of one type, in order."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import product
from math import prod
from typing import Any

from milepost.host.language.conversion import ConversionError, set_of, unified
from milepost.host.language.values import SetValue, Value
from milepost.sdk.functions import FunctionError, function

_MOST = 1_000_000


def key_of(value: Any) -> Hashable:
    """Return what is the same for values that `==` calls equal, and for no others."""
    match value:
        case bool():
            return ("bool", value)
        case list():
            return ("list", *map(key_of, value))
        case dict():
            return ("object", *((key, key_of(value[key])) for key in sorted(value)))
    return ("plain", value)


def same_type(items: list[Any]) -> list[Any]:
    """Return values as they are in a list of one type. Raises FunctionError if no type fits all."""
    try:
        return unified(items)
    except ConversionError as error:
        raise FunctionError(str(error)) from error


def _sets(*lists: list[Any]) -> list[dict[Hashable, Any]]:
    """Return lists, all of one type, as values by their keys."""
    items = iter(same_type([item for each in lists for item in each]))
    return [{key_of(item): item for item in (next(items) for _ in each)} for each in lists]


@function
def setintersection(first: list[Any], *rest: list[Any]) -> Any:
    """Return the set of what is in all of several sets.

    Example: setintersection(["a", "b"], ["b", "c"]) is toset(["b"])
    Example: setintersection([1, 2], ["2"]) is toset(["2"])
    """
    head, *others = _sets(first, *rest)
    return set_of(item for key, item in head.items() if all(key in each for each in others))


@function
def setproduct(first: list[Any], second: list[Any], *rest: list[Any]) -> Any:
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
    found: list[Value] = [list(each) for each in product(*map(same_type, lists))]
    return set_of(found) if any(isinstance(each, SetValue) for each in lists) else found


@function
def setsubtract(minuend: list[Any], subtrahend: list[Any]) -> Any:
    """Return the set of what is in the first set and not in the second.

    Example: setsubtract(["a", "b"], ["b"]) is toset(["a"])
    """
    left, right = _sets(minuend, subtrahend)
    return set_of(item for key, item in left.items() if key not in right)


@function
def setsymmetricdifference(first: list[Any], *rest: list[Any]) -> Any:
    """Return the set of what is in one of two sets and not in both. Of more sets, the next is taken with the result.

    Example: setsymmetricdifference([1, 2], [2, 3]) is toset([1, 3])
    Example: setsymmetricdifference([1, 2], [2, 3], [1, 3]) is toset([])
    """
    head, *others = _sets(first, *rest)
    found, keys = dict(head), set(head)
    for each in others:
        found.update(each)
        keys ^= each.keys()
    return set_of(found[key] for key in keys)


@function
def setunion(first: list[Any], *rest: list[Any]) -> Any:
    """Return the set of what is in any of several sets.

    Example: setunion(["b"], ["a", "b"]) is toset(["a", "b"])
    Example: setunion([1], ["2"]) is toset(["1", "2"])
    Example: setunion([1], [[1]]) fails
    """
    return set_of(same_type([item for each in (first, *rest) for item in each]))


FUNCTIONS = (setintersection, setproduct, setsubtract, setsymmetricdifference, setunion)
