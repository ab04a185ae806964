"""Conversion of values from one type to another, as HCL does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from milepost.host.language.constraint import Attribute, Constraint
from milepost.host.language.provenance import concealed, converted_text, is_secret, is_unknown, revealed, text_of
from milepost.host.language.unification import type_of, unify
from milepost.host.language.values import LARGEST, Marked, SetValue, Unknown, Value, described, number, plain_text
from milepost.sdk.secret import Secret

Path = tuple[str | int, ...]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class ConversionError(Exception):
    """A value cannot be converted: what was expected and found, and the way to it from the value's outside."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.message, self.path = message, path

    def __str__(self) -> str:
        """Return the message behind the path: `[2].name: expected …`."""
        return f"{self.place.lstrip('.')}: {self.message}" if self.path else self.message

    @property
    def place(self) -> str:
        """The way from the value's outside, as one writes it behind a name: `[2].name`."""
        return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in self.path)


def convert(value: Value, constraint: Constraint, path: Path = ()) -> Value:
    """Return a value as one of that type; what is secret stays so, what is not known yet is passed through.

    Null is of every type. Raises ConversionError.
    """
    if value is None or isinstance(value, Unknown) or constraint.kind in ("any", "mixed"):
        return value
    if isinstance(value, Marked) or (isinstance(value, Secret) and constraint.kind != "string"):
        return _secret(value, constraint, path)
    found: Value = _RULES[constraint.kind](value, constraint, path)
    return found


def unified(values: Sequence[Value]) -> list[Value]:
    """Return values, all converted to the nearest type that they all can have. Raises ConversionError."""
    types = [type_of(each) for each in values]
    found = unify(types)
    if found is None:
        names = list(dict.fromkeys(map(_short, types)))
        raise ConversionError(f"expected values of one type, found {' and '.join(names[:3])}")
    return [convert(each, found) for each in values]


def set_of(values: Iterable[Value]) -> Value:
    """Return a set: values converted to one type, sorted, each once. Raises ConversionError.

    One value that is not known, or is secret, makes all of it so: which items are the same is not known, or a secret.
    """
    items = unified(list(values))
    unknown = is_unknown(items)
    if unknown is not None:
        return unknown
    if is_secret(items):
        return concealed(_ordered(revealed(items)), f"toset({text_of(items)})")
    return _ordered(items)


def _ordered(items: Iterable[Any]) -> SetValue:
    ordered = sorted(items, key=_rank)
    return SetValue(each for at, each in enumerate(ordered) if at == 0 or _rank(each) != _rank(ordered[at - 1]))


def _rank(value: Any) -> tuple[Any, ...]:
    """Return what a value is sorted by; the same for equal ones."""
    if isinstance(value, dict):
        return 4, *((name, _rank(value[name])) for name in sorted(value))
    if isinstance(value, list):
        return 3, *map(_rank, value)
    if value is None:
        return (5,)
    return (1 if isinstance(value, str) else 0, value)


def _secret(value: Marked | Secret, constraint: Constraint, path: Path) -> Value:
    clear = revealed(value)
    try:
        found = convert(clear, constraint, path)
    except ConversionError as error:
        raise ConversionError(
            f"expected {constraint.words}, found a secret that is something else", error.path
        ) from None
    if repr(found) == repr(clear):
        return value
    return concealed(found, "" if _has_gaps(clear, constraint) else converted_text(text_of(value), constraint))


def _has_gaps(value: Any, constraint: Constraint) -> bool:
    """Return whether null is in a value, or may be missing from it: then no short expression converts it again."""
    if any(each.optional for each in constraint.attributes) or value is None:
        return True
    inner = constraint.inner or tuple(each.constraint for each in constraint.attributes)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_gaps(each, kind) for each in items for kind in inner)


def _wrong(value: Value, constraint: Constraint, path: Path) -> ConversionError:
    return ConversionError(f"expected {constraint.words}, found {described(value)}", path)


def _short(constraint: Constraint) -> str:
    """Return what a value is in a word or two."""
    return constraint.words.split(" of ")[0].split(" with ")[0]


def _text(value: Value, constraint: Constraint, path: Path) -> Value:
    if isinstance(value, Secret):
        return value
    if isinstance(value, (str, int, Decimal)):
        return plain_text(value)
    raise _wrong(value, constraint, path)


def _number(value: Value, constraint: Constraint, path: Path) -> Value:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _is_number(value):
        return number(value)
    raise _wrong(value, constraint, path)


def _is_number(text: str) -> bool:
    shaped = len(text) <= LARGEST and _NUMBER.fullmatch(text) is not None
    return shaped and abs(Decimal(text).adjusted()) < LARGEST


def _bool(value: Value, constraint: Constraint, path: Path) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUTH:
        return _TRUTH[value]
    raise _wrong(value, constraint, path)


def _list(value: Value, constraint: Constraint, path: Path) -> Value:
    if not isinstance(value, list):
        raise _wrong(value, constraint, path)
    return _items(value, constraint.inner[0], path)


def _items(value: list[Value], item: Constraint, path: Path) -> list[Value]:
    if item.kind == "any":
        return _unified_at(value, path)
    return [convert(each, item, (*path, at)) for at, each in enumerate(value)]


def _unified_at(values: Sequence[Value], path: Path) -> list[Value]:
    try:
        return unified(values)
    except ConversionError as error:
        raise ConversionError(error.message, (*path, *error.path)) from None


def _set(value: Value, constraint: Constraint, path: Path) -> Value:
    found = _list(value, constraint, path)
    assert isinstance(found, list), "only a list passes"
    return set_of(found)


def _map(value: Value, constraint: Constraint, path: Path) -> Value:
    if not isinstance(value, dict):
        raise _wrong(value, constraint, path)
    item = constraint.inner[0]
    if item.kind == "any":
        return dict(zip(value, _unified_at(list(value.values()), path), strict=True))
    return {name: convert(each, item, (*path, name)) for name, each in value.items()}


def _tuple(value: Value, constraint: Constraint, path: Path) -> Value:
    if not isinstance(value, list) or isinstance(value, SetValue):
        raise _wrong(value, constraint, path)
    if len(value) != len(constraint.inner):
        raise ConversionError(f"expected {constraint.words}, found a list of {len(value)}", path)
    return [convert(each, constraint.inner[at], (*path, at)) for at, each in enumerate(value)]


def _object(value: Value, constraint: Constraint, path: Path) -> Value:
    if not isinstance(value, dict):
        raise _wrong(value, constraint, path)
    return {each.name: _attribute(value, each, path) for each in constraint.attributes}


def _attribute(value: Mapping[str, Value], attribute: Attribute, path: Path) -> Value:
    name = attribute.name
    if name not in value and not attribute.optional:
        raise ConversionError(f'the attribute "{name}" is missing', path)
    given = value.get(name)
    return convert(attribute.default if given is None else given, attribute.constraint, (*path, name))


_RULES: dict[str, Callable[[Any, Constraint, Path], Any]] = {
    "string": _text,
    "number": _number,
    "bool": _bool,
    "list": _list,
    "set": _set,
    "map": _map,
    "tuple": _tuple,
    "object": _object,
}
