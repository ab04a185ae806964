"""Types of config fields in words, for messages: `a whole number`, `a list of texts`."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Struct

from milepost.sdk.secret import Secret

_SIMPLE = {
    str: ("a text", "texts"),
    bool: ("true or false", "true or false"),
    int: ("a whole number", "whole numbers"),
    float: ('a number, or a duration such as "10s"', "numbers"),
    type(None): ("null", "null"),
}


def worded(kind: Any) -> str:
    """Return a type in words."""
    kind = bare(kind)
    if is_union(kind):
        return " or ".join(dict.fromkeys(worded(each) for each in alternatives(kind)))
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _choice(arguments)
    if origin in (list, tuple, set, frozenset):
        return f"a list of {_several(arguments[0])}" if arguments else "a list"
    if origin is dict:
        return f"an object of {_several(arguments[1])}"
    return _class(kind)


def _class(kind: Any) -> str:
    if kind in _SIMPLE:
        return _SIMPLE[kind][0]
    if isinstance(kind, type) and issubclass(kind, Secret):
        return "a text"
    if isinstance(kind, type) and issubclass(kind, Struct):
        return "a block or an object"
    return {list: "a list", tuple: "a list", dict: "an object"}.get(kind, getattr(kind, "__name__", str(kind)))


def _choice(values: tuple[Any, ...]) -> str:
    names = [f'"{each}"' if isinstance(each, str) else str(each) for each in values]
    return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _several(kind: Any) -> str:
    kind = bare(kind)
    if is_union(kind) and any(each is str for each in alternatives(kind)):
        return "texts"
    if kind in _SIMPLE:
        return _SIMPLE[kind][1]
    if isinstance(kind, type) and issubclass(kind, Secret):
        return "texts"
    return {Any: "anything"}.get(kind) or f"{worded(kind)} each"


def bare(kind: Any) -> Any:
    """Return the type without its annotations."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def is_union(kind: Any) -> bool:
    """Return whether the type says "or"."""
    return get_origin(kind) in (Union, types.UnionType)


def alternatives(kind: Any) -> tuple[Any, ...]:
    """Return the types of a union, null left out."""
    return tuple(each for each in get_args(kind) if each is not type(None))
