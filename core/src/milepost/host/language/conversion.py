"""Conversion of values from one type to another, as HCL does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from milepost.host.language.constraint import Attribute, Constraint
from milepost.host.language.provenance import (
    call_text,
    concealed,
    converted_text,
    is_secret,
    is_unknown,
    revealed,
    text_of,
)
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

    def within(self, key: str | int) -> ConversionError:
        """Return the same error for what the value stands in, at a key."""
        return ConversionError(self.message, (key, *self.path))


def convert(value: Value, constraint: Constraint) -> Value:
    """Return a value as one of that type; what is secret stays so, what is not known yet is passed through.

    Null is of every type. Raises ConversionError.
    """
    if value is None or isinstance(value, Unknown) or constraint.kind in ("any", "mixed"):
        return value
    if isinstance(value, Marked) or (isinstance(value, Secret) and constraint.kind != "string"):
        return _secret(value, constraint)
    found: Value = _RULES[constraint.kind](value, constraint)
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
        return concealed(_ordered(revealed(items)), call_text("toset", [items]))
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


def _secret(value: Marked | Secret, constraint: Constraint) -> Value:
    clear = revealed(value)
    try:
        found = convert(clear, constraint)
    except ConversionError:
        # Neither what was found nor the way to it may be told.
        raise ConversionError(f"expected {constraint.words}, found a secret that is something else") from None
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


def _wrong(value: Value, constraint: Constraint) -> ConversionError:
    return ConversionError(f"expected {constraint.words}, found {described(value)}")


def _short(constraint: Constraint) -> str:
    """Return what a value is in a word or two."""
    return constraint.words.split(" of ")[0].split(" with ")[0]


def _text(value: Value, constraint: Constraint) -> Value:
    if isinstance(value, Secret):
        return value
    if isinstance(value, (str, int, Decimal)):
        return plain_text(value)
    raise _wrong(value, constraint)


def _number(value: Value, constraint: Constraint) -> Value:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _is_number(value):
        return number(value)
    raise _wrong(value, constraint)


def _is_number(text: str) -> bool:
    shaped = len(text) <= LARGEST and _NUMBER.fullmatch(text) is not None
    return shaped and abs(Decimal(text).adjusted()) < LARGEST


def _bool(value: Value, constraint: Constraint) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUTH:
        return _TRUTH[value]
    raise _wrong(value, constraint)


def _each(values: Iterable[tuple[Any, Value, Constraint]]) -> Iterator[Value]:
    """Yield what stands at keys, converted; an error tells the key."""
    for key, value, constraint in values:
        try:
            yield convert(value, constraint)
        except ConversionError as error:
            raise error.within(key) from None


def _list(value: Value, constraint: Constraint) -> Value:
    if not isinstance(value, list):
        raise _wrong(value, constraint)
    item = constraint.inner[0]
    if item.kind == "any":
        return unified(value)
    if item.kind == "mixed":
        return list(value)
    return list(_each((at, each, item) for at, each in enumerate(value)))


def _set(value: Value, constraint: Constraint) -> Value:
    found = _list(value, constraint)
    assert isinstance(found, list), "only a list passes"
    return set_of(found)


def _map(value: Value, constraint: Constraint) -> Value:
    if not isinstance(value, dict):
        raise _wrong(value, constraint)
    item = constraint.inner[0]
    if item.kind == "any":
        return dict(zip(value, unified(list(value.values())), strict=True))
    return dict(zip(value, _each((name, each, item) for name, each in value.items()), strict=True))


def _tuple(value: Value, constraint: Constraint) -> Value:
    if not isinstance(value, list) or isinstance(value, SetValue):
        raise _wrong(value, constraint)
    if len(value) != len(constraint.inner):
        raise ConversionError(f"expected {constraint.words}, found a list of {len(value)}")
    return list(_each((at, each, kind) for at, (each, kind) in enumerate(zip(value, constraint.inner, strict=True))))


def _object(value: Value, constraint: Constraint) -> Value:
    if not isinstance(value, dict):
        raise _wrong(value, constraint)
    missing = next((each.name for each in constraint.attributes if each.name not in value and not each.optional), None)
    if missing is not None:
        raise ConversionError(f'the attribute "{missing}" is missing')
    names = [each.name for each in constraint.attributes]
    given = ((each.name, _or_default(value.get(each.name), each), each.constraint) for each in constraint.attributes)
    return dict(zip(names, _each(given), strict=True))


def _or_default(value: Value, attribute: Attribute) -> Value:
    default: Value = attribute.default
    return default if value is None else value


_RULES: dict[str, Callable[[Any, Constraint], Any]] = {
    "string": _text,
    "number": _number,
    "bool": _bool,
    "list": _list,
    "set": _set,
    "map": _map,
    "tuple": _tuple,
    "object": _object,
}
