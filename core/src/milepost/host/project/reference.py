"""Every block and argument of a project file, with type, default and meaning: made of the schema and the classes."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args, get_origin

from msgspec import NODEFAULT, Struct, json, structs

from milepost.host.project.hooks import _Hook, _Release, _Task, _Verify
from milepost.host.project.meanings import ARGUMENTS, BLOCKS, SCOPES, Meaning, Several, Type
from milepost.host.project.schema import ROOT, Nested, Shape
from milepost.host.project.settings import _Arguments, _Health
from milepost.host.project.wording import alternatives, bare, is_union
from milepost.sdk.secret import Secret

CLASSES: dict[str, type[Struct]] = {
    "app": _Arguments,
    "health": _Health,
    "hook": _Hook,
    "task": _Task,
    "verify": _Verify,
    "release": _Release,
}
"""The classes that the arguments of a block are read into, where there are such."""

TOP = "project file"
"""What the file as a whole is called among the blocks."""


class Argument(NamedTuple):
    """An argument of a block."""

    name: str
    kind: Any
    """Its type as an annotation of Python."""
    type: str
    """Its type in words."""
    default: str
    """What counts where it is not given, in Markdown; empty where it must be."""
    meaning: str
    """In Markdown."""
    plain: bool
    """Whether no `${…}` can stand in it."""


class Inner(NamedTuple):
    """A block as it may stand in another one."""

    name: str
    label: str
    """What its label means; empty: it has none."""
    many: bool
    required: bool
    meaning: str


class BlockPage(NamedTuple):
    """A block, at all the places where it means the same."""

    name: str
    places: tuple[str, ...]
    """Where it may stand: `app > build`; empty for the file itself."""
    label: str
    meaning: str
    arguments: tuple[Argument, ...]
    blocks: tuple[Inner, ...]
    anything: bool
    """Whether other arguments may stand in it, too."""


def pages() -> tuple[BlockPage, ...]:
    """Return all blocks, each once, as they come from the file's top down."""
    found: list[tuple[Shape, BlockPage]] = [(ROOT, _page(TOP, Nested(ROOT), "The file itself."))]
    _collect(ROOT, (), found)
    return tuple(page for _, page in found)


def _collect(shape: Shape, path: tuple[str, ...], found: list[tuple[Shape, BlockPage]]) -> None:
    """Add the blocks in a shape, and those in them; a body for a workspace or labels has nothing of its own."""
    for name, nested in shape.blocks.items():
        if path and name in SCOPES:
            continue
        place = " > ".join(path) or TOP
        page = _page(name, nested, meaning_of(path, name))
        for number, (known, other) in enumerate(found):
            if (known, other.name, other.label) == (nested.shape, name, nested.label):
                found[number] = (known, other._replace(places=(*other.places, place)))
                break
        else:
            found.append((nested.shape, page._replace(places=(place,))))
        _collect(nested.shape, (*path, name), found)


def _page(name: str, nested: Nested, meaning: str) -> BlockPage:
    shape = nested.shape
    names = (*shape.required, *shape.arguments)
    return BlockPage(
        name=name,
        places=(),
        label=nested.label,
        meaning=meaning,
        arguments=tuple(argument(name, each, required=each in shape.required) for each in names),
        blocks=tuple(_inner(name, each, inner) for each, inner in shape.blocks.items()),
        anything=shape.anything,
    )


def _inner(around: str, name: str, nested: Nested) -> Inner:
    path = () if around == TOP else (around,)
    return Inner(name, nested.label, nested.many, nested.required, meaning_of(path, name))


def meaning_of(path: tuple[str, ...], name: str) -> str:
    """Return what a block means that stands in others. Raises KeyError for one that nobody describes."""
    if path and name in SCOPES:
        return SCOPES[name]
    around = f"{path[-1]}.{name}" if path else name
    return BLOCKS[around if around in BLOCKS else name]


def argument(block: str, name: str, *, required: bool = False) -> Argument:
    """Return an argument of a block. Raises KeyError for one that nobody describes."""
    said = meaning(block, name)
    field = _field(block, name)
    kind = said.type if said.type is not None else field.type if field else None
    if kind is None:
        raise KeyError(f"{block}.{name}")
    usual = said.default or ("" if required or field is None else default(field))
    return Argument(name, kind, type_words(kind), "" if required else usual, said.text, said.plain)


def meaning(block: str, name: str) -> Meaning:
    """Return what is said of an argument. Raises KeyError for one that nobody describes."""
    own = f"{block}.{name}"
    shared = "type" if block == "type" else name
    return ARGUMENTS[own if own in ARGUMENTS else shared]


def _field(block: str, name: str) -> structs.FieldInfo | None:
    known = structs.fields(CLASSES[block]) if block in CLASSES else ()
    return next((each for each in known if each.encode_name == name), None)


def default(field: structs.FieldInfo) -> str:
    """Return the default of a field as it would be written, in Markdown; empty if it must be given."""
    value = field.default
    if field.default_factory is not NODEFAULT:
        value = field.default_factory()
    if value is NODEFAULT:
        return ""
    if value is None or value in ((), [], {}):
        return "none"
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{json.encode(value).decode()}`"


def type_words(kind: Any, number: str = "duration") -> str:
    """Return a type in the words of the language; `number` is what one with a fraction is: a number of seconds."""
    kind = bare(kind)
    if is_union(kind):
        return " or ".join(dict.fromkeys(type_words(each, number) for each in alternatives(kind)))
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(json.encode(each).decode() for each in arguments)
    if origin in (list, tuple, set, frozenset):
        return f"list({type_words(arguments[0], number)})"
    if origin is dict:
        return f"map({type_words(arguments[1], number)})"
    return number if kind is float else _single(kind)


def _single(kind: Any) -> str:
    known = {str: "string", bool: "bool", int: "whole number", Any: "any", Type: "type"}
    if kind in known:
        return known[kind]
    if kind is Several:
        return "map(string)"
    if isinstance(kind, type) and issubclass(kind, Secret):
        return "string"
    return "block" if isinstance(kind, type) and issubclass(kind, Struct) else str(getattr(kind, "__name__", kind))
