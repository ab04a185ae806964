"""Functions of maps and objects."""

from __future__ import annotations

from typing import Any

from milepost.sdk.functions import FunctionError, function
from milepost.sdk.problem import nearest


class _Nothing:
    """No default was given, which is another thing than null."""


_NOTHING = _Nothing()


@function(passes=True)
def keys(map: dict[str, Any]) -> list[str]:
    """Return the keys of a map or an object, sorted.

    Example: keys({b = 1, a = 2}) is ["a", "b"]
    """
    return sorted(map)


@function(passes=True)
def lookup(map: dict[str, Any], key: str, default: Any | None = _NOTHING) -> Any:
    """Return what a map or an object has at a key, or `default` if it has no such key.

    Example: lookup({a = 1}, "a", 2) is 1
    Example: lookup({a = 1}, "b", 2) is 2
    Example: lookup({a = null}, "a", 2) is null
    Example: lookup({a = 1}, "b") fails
    """
    found = map.get(key, default)
    if found is _NOTHING:
        near = nearest(key, tuple(map))
        hint = f'did you mean "{near}"?' if near else "give a third value, which is taken where the key is missing"
        raise FunctionError(f'there is no key "{key}"', 1, hint=hint)
    return found


@function(passes=True)
def merge(*maps: dict[str, Any] | None) -> dict[str, Any]:
    """Return several maps or objects as one; of a key that several have, the last one counts. Null is skipped.

    What stands deeper inside is not merged.

    Example: merge({a = 1, b = 1}, {b = 2}) is {a = 1, b = 2}
    Example: merge({a = {b = 1}}, {a = {c = 2}}) is {a = {c = 2}}
    Example: merge({a = 1}, null) is {a = 1}
    """
    return {key: value for each in maps if each is not None for key, value in each.items()}


@function(passes=True)
def values(map: dict[str, Any]) -> list[Any]:
    """Return the values of a map or an object, in the order of their keys.

    Example: values({b = 1, a = 2}) is [2, 1]
    """
    return [map[key] for key in sorted(map)]


@function(passes=True)
def zipmap(keys: list[str], values: list[Any]) -> dict[str, Any]:
    """Return an object of keys and, in the same order, values. Of a key that stands there twice, the last counts.

    Example: zipmap(["a", "b"], [1, 2]) is {a = 1, b = 2}
    Example: zipmap(["a", "b"], [1]) fails
    """
    if len(keys) != len(values):
        raise FunctionError(f"as many values as keys were expected; found {len(keys)} keys and {len(values)} values", 1)
    return dict(zip(keys, values, strict=True))


FUNCTIONS = (keys, lookup, merge, values, zipmap)
