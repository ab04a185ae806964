"""Secrets among values: taking them out of their wrapping, putting results into it, and where they came from.

The origin of a secret is an expression that gives it again from the same sources: `upper(var.password)`. Plain
values in it are written as literals; what came out of a loop is written item by item. Origins are recorded, so nothing
of a secret's text may stand in one, and none is made where its form would tell what a secret decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from milepost.host.language.constraint import Attribute, Constraint
from milepost.host.language.values import Marked, SetValue, Unknown, Value, plain_text
from milepost.sdk.secret import Part, Secret

_LONGEST = 65536
_DEEPEST = 60
"""What an origin may have at most, so that it can be read again; without one, a secret is read from today's file."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BRACKETS = re.compile(r"[(\[{]|([)\]}])")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\", "${": "$${", "%{": "%%{"}
_ESCAPED = re.compile(r'[\n\r\t"\\]|[$%]\{|[\x00-\x1f\x7f-\x9f]')


class _NoTextError(Exception):
    """A value cannot be written down."""


def is_secret(value: Any) -> bool:
    """Return whether a value is a secret or holds one."""
    if isinstance(value, (Secret, Marked)):
        return True
    return any(map(is_secret, _inside(value)))


def is_unknown(value: Any) -> Unknown | None:
    """Return what is not known yet in a value, the first of it."""
    if isinstance(value, Unknown):
        return value
    return next((found for each in _inside(value) if (found := is_unknown(each)) is not None), None)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, list):
        return value
    return value.values() if isinstance(value, dict) else ()


def revealed(value: Any) -> Any:
    """Return a value with all secrets in it in clear."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Marked):
        return value.value
    if isinstance(value, list):
        return type(value)(map(revealed, value))
    return {name: revealed(each) for name, each in value.items()} if isinstance(value, dict) else value


def concealed(value: Any, origin: str) -> Value:
    """Return a value in clear as a secret that came from `origin`. What is not known yet makes all of it so."""
    unknown = is_unknown(value)
    if unknown is not None:
        return unknown
    if not _is_readable(origin):
        origin = ""
    return Secret([Part(value, origin or None)]) if isinstance(value, str) else Marked(value, origin)


def _is_readable(text: str) -> bool:
    """Return whether an expression is short and shallow enough to be kept and read again."""
    if len(text) > _LONGEST:
        return False
    depth = deepest = 0
    if len(text) > _DEEPEST:
        for bracket in _BRACKETS.finditer(text):
            depth += -1 if bracket[1] else 1
            deepest = max(deepest, depth)
    return deepest <= _DEEPEST


def in_text(value: Any) -> str | Secret | None:
    """Return a value as it stands in a text; None if it cannot."""
    if isinstance(value, Secret):
        return value
    if isinstance(value, Marked) and isinstance(value.value, (int, Decimal)):
        origin = value.origin and f"tostring({value.origin})"
        return Secret([Part(plain_text(value.value), origin or None)])
    return plain_text(value) if isinstance(value, (str, int, Decimal)) else None


def part_of(secret: Marked, key: str | int) -> Value:
    """Return what is at a key in a secret list or object, as a secret that came from there."""
    return concealed(secret.value[key], secret.origin and f"{secret.origin}{step_text(key)}")


def parts_of(secret: Marked) -> tuple[list[Value], list[Value]]:
    """Return the keys and the items of a secret list, set or object, all as secrets that came from there.

    The keys of an object are in order; those of a list are plain numbers.
    """
    value, count = secret.value, len(secret.value)
    # Each item has an origin that is longer than that of the whole.
    origin = secret.origin if len(secret.origin) * count <= _LONGEST * 16 else ""
    if isinstance(value, dict):
        names = sorted(value)
        keys = [concealed(each, origin and f"keys({origin})[{at}]") for at, each in enumerate(names)]
        return keys, [concealed(value[name], origin and f"values({origin})[{at}]") for at, name in enumerate(names)]
    listed = f"tolist({origin})" if isinstance(value, SetValue) else origin
    items = [concealed(each, origin and f"{listed}[{at}]") for at, each in enumerate(value)]
    return (items if isinstance(value, SetValue) else list(range(count))), items


def step_text(key: str | int) -> str:
    """Return a step as it is written behind what it is taken from: `.name`, `[0]`."""
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _NAME.fullmatch(key) else f"[{quoted(key)}]"


def quoted(text: str) -> str:
    """Return a text as it is written in quotes."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}", text)


def text_of(value: Value) -> str:
    """Return an expression that gives the value; empty if there is none that may be written down."""
    try:
        return _text(value)
    except _NoTextError:
        return ""


def composed(pattern: str, *values: Value) -> str:
    """Return a pattern of `str.format` filled with the expressions of values; empty if one has none."""
    try:
        return pattern.format(*map(_text, values))
    except _NoTextError:
        return ""


def call_text(name: str, arguments: Iterable[Value]) -> str:
    """Return the expression of a function's call; empty if an argument has none."""
    try:
        return f"{name}({', '.join(map(_text, arguments))})"
    except _NoTextError:
        return ""


def _text(value: Value) -> str:
    match value:
        case Secret():
            return _secret(value)
        case Marked(origin=""):
            raise _NoTextError
        case Marked():
            return value.origin
        case SetValue():
            return f"toset([{', '.join(map(_text, value))}])"
        case list():
            return f"[{', '.join(map(_text, value))}]"
        case dict():
            return f"{{{', '.join(f'{quoted(name)} = {_text(each)}' for name, each in value.items())}}}"
        case str():
            return quoted(value)
    return _single(value)


def _single(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, (bool, int, Decimal)):
        return plain_text(value)
    raise _NoTextError


def _secret(secret: Secret) -> str:
    if secret.parts and not secret.sources:
        raise _NoTextError
    if len(secret.parts) == 1:
        return secret.sources[0]
    pieces = (_escaped(text) if source is None else f"${{{source}}}" for text, source in secret.parts)
    return f'"{"".join(pieces)}"'


def object_text(keys: Iterable[Value], values: Iterable[Value]) -> str:
    """Return the expression of an object whose keys may be secret; empty if there is none."""
    try:
        return f"{{{', '.join(f'({_text(key)}) = {_text(each)}' for key, each in zip(keys, values, strict=True))}}}"
    except _NoTextError:
        return ""


def converted_text(origin: str, constraint: Constraint, depth: int = 0) -> str:
    """Return the expression that converts what `origin` gives to a type as `convert` does."""
    kind, item = constraint.kind, f"item{depth}"
    if not origin or kind in ("any", "mixed"):
        return origin
    if kind in ("string", "number", "bool") or (constraint.inner and constraint.inner[0].kind == "any"):
        return f"to{kind}({origin})"
    if kind == "object":
        items = (f"{quoted(each.name)} = {_attribute_text(origin, each, depth)}" for each in constraint.attributes)
        return f"{{{', '.join(items)}}}"
    if kind == "tuple":
        return (
            f"[{', '.join(converted_text(f'{origin}[{at}]', each, depth) for at, each in enumerate(constraint.inner))}]"
        )
    inner = converted_text(item, constraint.inner[0], depth + 1)
    if kind == "map":
        return f"{{for key, {item} in {origin} : key => {inner}}}"
    return f"toset([for {item} in {origin} : {inner}])" if kind == "set" else f"[for {item} in {origin} : {inner}]"


def _attribute_text(origin: str, attribute: Attribute, depth: int) -> str:
    return converted_text(origin + step_text(attribute.name), attribute.constraint, depth)
