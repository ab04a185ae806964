"""One type for several values: what the arms of a conditional and the items of a list or a set become."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.host.language.constraint import ANY, BOOL, NUMBER, STRING, Attribute, Constraint, collection
from milepost.host.language.values import Marked, SetValue, Unknown, Value
from milepost.sdk.secret import Secret

_PRIMITIVE = (STRING, NUMBER, BOOL)


def type_of(value: Value) -> Constraint:
    """Return the type of a value: a list is a tuple, a dict an object; null and what is not known are of any type."""
    match value:
        case Marked():
            return type_of(value.value)
        case str() | Secret():
            return STRING
        case bool():
            return BOOL
        case None | Unknown():
            return ANY
        case SetValue():
            return collection("set", unify([type_of(each) for each in value]) or ANY)
        case list():
            return Constraint("tuple", tuple(map(type_of, value)))
        case dict():
            return Constraint(
                "object", attributes=tuple(Attribute(name, type_of(value[name])) for name in sorted(value))
            )
    return NUMBER


def unify(types: Sequence[Constraint]) -> Constraint | None:
    """Return the type that values of all these types can be converted to, the nearest one; None if there is none."""
    different = tuple(dict.fromkeys(each for each in types if each is not ANY and each != ANY))
    if len(different) <= 1:
        return different[0] if different else ANY
    if all(each in _PRIMITIVE for each in different):
        return STRING if STRING in different else None
    return _structure(different, {each.kind for each in different})


def _structure(types: Sequence[Constraint], kinds: set[str]) -> Constraint | None:
    """Return one type for lists, sets and maps of whatever kind."""
    if kinds == {"object"}:
        return _object(types)
    if kinds == {"tuple"} and len({len(each.inner) for each in types}) == 1:
        return _tuple(types)
    if kinds <= {"object", "map"}:
        return _collection("map", types)
    if kinds <= {"tuple", "set", "list"}:
        return _collection("set" if "set" in kinds and "list" not in kinds else "list", types)
    return None


def _object(types: Sequence[Constraint]) -> Constraint | None:
    """Return an object type if all have the same names, else a map."""
    names = [tuple(each.name for each in one.attributes) for one in types]
    if any(set(each) != set(names[0]) for each in names):
        return _collection("map", types)
    found = []
    for name in names[0]:
        item = unify([each.constraint for one in types for each in one.attributes if each.name == name])
        if item is None:
            return None
        found.append(Attribute(name, item))
    return Constraint("object", attributes=tuple(found))


def _tuple(types: Sequence[Constraint]) -> Constraint | None:
    found = [unify(items) for items in zip(*(each.inner for each in types), strict=True)]
    return None if None in found else Constraint("tuple", tuple(each for each in found if each is not None))


def _collection(kind: str, types: Sequence[Constraint]) -> Constraint | None:
    item = unify([item for each in types for item in items_of(each)])
    return None if item is None else collection(kind, item)


def items_of(constraint: Constraint) -> tuple[Constraint, ...]:
    """Return the types of what stands in values of a type."""
    return constraint.inner or tuple(each.constraint for each in constraint.attributes)
