"""Types as people write them, `list(string)`: what a value is converted to, and what it is inferred to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from milepost.host.language.tree import Call, Expression, Items, Literal, Object, Reference
from milepost.host.language.values import Value
from milepost.sdk.problem import Position, nearest


class Attribute(NamedTuple):
    """An attribute of an object type; `default` stands in where an optional one is missing or null."""

    name: str
    constraint: Constraint
    optional: bool = False
    default: Any = None


@dataclass(frozen=True)
class Constraint:
    """A type: `kind` is string, number, bool, any, list, set, map, tuple, object, or mixed."""

    kind: str
    inner: tuple[Constraint, ...] = ()
    """Of a list, set or map: the type of its items. Of a tuple: the type of each."""
    attributes: tuple[Attribute, ...] = ()
    """Of an object."""

    def __str__(self) -> str:
        """Return it as one writes it."""
        if self.kind in _COLLECTIONS:
            return f"{self.kind}({self.inner[0]})"
        if self.kind == "tuple":
            return f"tuple([{', '.join(map(str, self.inner))}])"
        if self.kind == "object":
            return f"object({{{', '.join(map(_written, self.attributes))}}})"
        return "any" if self.kind == "mixed" else self.kind

    @property
    def words(self) -> str:
        """What a value of it is, for messages: "a list of texts"."""
        return _one(self)


STRING, NUMBER, BOOL = Constraint("string"), Constraint("number"), Constraint("bool")
ANY = Constraint("any")
"""Any type; the items of a list, set or map of it become one type."""
MIXED = Constraint("mixed")
"""Any type, and in a list or map each item its own: what a function's `list[Any]` means."""

_SIMPLE = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": ANY}
_COLLECTIONS = ("list", "set", "map")
_WORDS = {
    "string": ("a text", "texts"),
    "number": ("a number", "numbers"),
    "bool": ("true or false", "truth values"),
    "list": ("a list", "lists"),
    "set": ("a set", "sets"),
    "map": ("a map", "maps"),
    "tuple": ("a list", "lists"),
    "object": ("an object", "objects"),
}
_EXAMPLE = (
    "write string, number, bool, any, list(string), set(string), map(string), tuple([string]) or object({a=string})"
)


class ConstraintError(Exception):
    """What stands for a type is none; `position` is where."""

    def __init__(self, message: str, position: Position, hint: str = _EXAMPLE) -> None:
        super().__init__(message)
        self.position, self.hint = position, hint


def collection(kind: str, item: Constraint) -> Constraint:
    """Return the type of lists, sets or maps whose items are of a type."""
    return Constraint(kind, (item,))


def parse(expression: Expression, constant: Callable[[Expression], Value] | None = None) -> Constraint:
    """Return the type that an expression writes down; a simple one may stand in quotes.

    `constant` gives the value of what stands as a default in `optional(string, "x")`; without it none can.
    Raises ConstraintError.
    """
    match expression:
        case Literal(value=str(name)) | Reference(root=name, steps=()):
            return _named(name, expression.position)
        case Call(name="list" | "set" | "map" as kind, arguments=(item,)):
            return Constraint(kind, (parse(item, constant),))
        case Call(name="tuple", arguments=(Items(items=items),)):
            return Constraint("tuple", tuple(parse(each, constant) for each in items))
        case Call(name="object", arguments=(Object() as body,)):
            return Constraint("object", attributes=_attributes(body, constant))
        case Call(name="optional"):
            raise ConstraintError("optional() stands only in an object's type", expression.position)
        case Call(name=name):
            raise ConstraintError(f"{name}(…) is no type, or has other things in parentheses", expression.position)
    raise ConstraintError("this is no type", expression.position)


def _named(name: str, position: Position) -> Constraint:
    """Return the type of a name. Old files have `list` alone, and types in quotes."""
    if name in _SIMPLE:
        return _SIMPLE[name]
    if name in _COLLECTIONS:
        return collection(name, ANY)
    close = nearest(name, (*_SIMPLE, *_COLLECTIONS, "tuple", "object"))
    raise ConstraintError(f'"{name}" is no type', position, f"did you mean {close}?" if close else _EXAMPLE)


def _attributes(body: Object, constant: Callable[[Expression], Value] | None) -> tuple[Attribute, ...]:
    return tuple(_attribute(_key(entry.key), entry.value, constant) for entry in body.entries)


def _key(key: Expression) -> str:
    if isinstance(key, Literal) and isinstance(key.value, str):
        return key.value
    raise ConstraintError("the name of an attribute is a plain word", key.position)


def _attribute(name: str, value: Expression, constant: Callable[[Expression], Value] | None) -> Attribute:
    """Return an attribute of an object type, which may be `optional(TYPE)` or `optional(TYPE, DEFAULT)`."""
    match value:
        case Call(name="optional", arguments=(kind,)):
            return Attribute(name, parse(kind, constant), optional=True)
        case Call(name="optional", arguments=(kind, default)):
            if constant is None:
                raise ConstraintError("no default can stand here", default.position)
            return Attribute(name, parse(kind, constant), optional=True, default=constant(default))
    return Attribute(name, parse(value, constant))


def _written(attribute: Attribute) -> str:
    text = str(attribute.constraint)
    return f"{attribute.name}={f'optional({text})' if attribute.optional else text}"


def _one(constraint: Constraint) -> str:
    if constraint.kind not in _WORDS:
        return "a value"
    one = _WORDS[constraint.kind][0]
    if constraint.kind == "tuple":
        return f"a list of {len(constraint.inner)}"
    if constraint.kind == "object" and constraint.attributes:
        return f"an object with {', '.join(each.name for each in constraint.attributes)}"
    many = _many(constraint)
    return f"{one} of {many}" if many else one


def _many(constraint: Constraint) -> str:
    """Return what the items of a list, set or map are, as in "a list of lists of texts"; empty for anything."""
    if constraint.kind not in _COLLECTIONS or constraint.inner[0].kind not in _WORDS:
        return ""
    item = constraint.inner[0]
    deeper = _many(item)
    return _WORDS[item.kind][1] + (f" of {deeper}" if deeper else "")
