"""Functions of lists: parts of them, and lists of lists. Sets are taken as the lists of what is in them, in order."""

from __future__ import annotations

from typing import Any

from milepost.host.language.provenance import concealed
from milepost.host.language.values import Marked, Unknown, Value
from milepost.sdk.functions import FunctionError, function


@function(passes=True)
def chunklist(items: list[Any], size: int) -> list[list[Any]]:
    """Return a list cut into lists of `size`; the last one may be shorter. Size 0 puts all in one.

    Example: chunklist(["a", "b", "c"], 2) is [["a", "b"], ["c"]]
    Example: chunklist(["a", "b"], 0) is [["a", "b"]]
    Example: chunklist(["a"], -1) fails
    """
    if size < 0:
        raise FunctionError(f"a size is 0 or more; found {size}", 1)
    step = size or max(len(items), 1)
    return [items[start : start + step] for start in range(0, len(items), step)]


@function(passes=True)
def coalescelist(*lists: list[Any] | None) -> list[Any]:
    """Return the first list that has something in it. A list of nulls has.

    Example: coalescelist([], ["a"], ["b"]) is ["a"]
    Example: coalescelist(null, ["a"]) is ["a"]
    Example: coalescelist([], []) fails
    """
    for each in lists:
        if each:
            return each
    raise FunctionError("each list is empty or null; expected one with something in it")


@function(passes=True)
def concat(first: list[Any], *rest: list[Any]) -> list[Any]:
    """Return several lists as one.

    Example: concat(["a"], ["b", 1]) is ["a", "b", 1]
    """
    return [item for each in (first, *rest) for item in each]


@function(passes=True)
def element(items: list[Any], index: int) -> Any:
    """Return what is at a place in a list, counted from 0 and on from the start behind the end.

    A negative index counts from the end: -1 is the last one.

    Example: element(["a", "b", "c"], 1) is "b"
    Example: element(["a", "b", "c"], 4) is "b"
    Example: element(["a", "b", "c"], -1) is "c"
    Example: element([], 0) fails
    """
    if not items:
        raise FunctionError("the list is empty; expected one with something in it", 0)
    return items[index % len(items)]


@function(passes=True)
def flatten(items: list[Any]) -> Any:
    """Return a list with the lists and sets in it replaced by what is in them, however deep. Objects stay as they are.

    Example: flatten([["a"], ["b", ["c"]], "d"]) is ["a", "b", "c", "d"]
    Example: flatten([[], [[]]]) is []
    """
    found: list[Any] = []
    waiting = items[::-1]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Unknown):
            return item
        if isinstance(item, list):
            waiting += item[::-1]
        elif isinstance(item, Marked) and isinstance(item.value, list):
            waiting += _parts(item)[::-1]
        else:
            found.append(item)
    return found


def _parts(secret: Marked) -> list[Value]:
    """Return what is in a secret list, as secrets that say where in it they were."""
    origins = (f"{secret.origin}[{at}]" if secret.origin else "" for at in range(len(secret.value)))
    return list(map(concealed, secret.value, origins))


@function(passes=True)
def one(items: list[Any]) -> Any:
    """Return what is in a list of one, and null for an empty list. More than one is an error.

    Example: one(["a"]) is "a"
    Example: one([]) is null
    Example: one(["a", "b"]) fails
    """
    if len(items) > 1:
        raise FunctionError(f"the list has {len(items)} elements; expected one or none", 0)
    return items[0] if items else None


@function(passes=True)
def reverse(items: list[Any]) -> list[Any]:
    """Return a list from its end to its start. `strrev` does that for texts.

    Example: reverse(["a", "b", "c"]) is ["c", "b", "a"]
    """
    return items[::-1]


@function(passes=True)
def slice_(items: list[Any], start: int, end: int) -> list[Any]:
    """Return the part of a list from `start`, counted from 0, to before `end`.

    Example: slice(["a", "b", "c"], 1, 3) is ["b", "c"]
    Example: slice(["a", "b", "c"], 1, 1) is []
    Example: slice(["a", "b", "c"], 1, 4) fails
    Example: slice(["a", "b", "c"], 2, 1) fails
    """
    if not 0 <= start <= len(items):
        raise FunctionError(f"a start from 0 to {len(items)} was expected; found {start}", 1)
    if not start <= end <= len(items):
        raise FunctionError(f"an end from {start} to {len(items)} was expected; found {end}", 2)
    return items[start:end]


FUNCTIONS = (chunklist, coalescelist, concat, element, flatten, one, reverse, slice_)
