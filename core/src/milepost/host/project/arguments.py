"""The arguments of a `use` block, and of the blocks in it: made of the plugin's config class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct, structs

from milepost.host.project.reference import default, type_words
from milepost.host.project.wording import alternatives, bare, is_union


class UseArgument(NamedTuple):
    """An argument of a `use` block, or a block in it."""

    name: str
    type: str
    """Its type in words; `block` for one that is written as a block."""
    required: bool
    default: str
    """What counts where it is not given, in Markdown; empty where it must be."""
    meaning: str
    inner: tuple[UseArgument, ...]
    """What may stand in it, where it is a block, or a map or list of them."""


def use_arguments(config: type[Struct]) -> tuple[UseArgument, ...]:
    """Return what may stand in the block of a config class, in its order."""
    return tuple(_argument(each) for each in structs.fields(config))


def _argument(field: structs.FieldInfo) -> UseArgument:
    required = field.default is NODEFAULT and field.default_factory is NODEFAULT
    block = next(_blocks(field.type), None)
    return UseArgument(
        name=field.encode_name,
        type=type_words(field.type, number="number"),
        required=required,
        default=_nothing(field) or default(field),
        meaning=next((each.description for each in _metas(field.type) if each.description), ""),
        inner=use_arguments(block) if block else (),
    )


def _nothing(field: structs.FieldInfo) -> str:
    """Return `none` for a block that is as if nobody had written it; empty for anything else."""
    return "none" if isinstance(field.default, Struct) else ""


def _metas(kind: Any) -> list[Meta]:
    """Return what is noted at a type."""
    return [each for each in get_args(kind)[1:] if isinstance(each, Meta)] if hasattr(kind, "__metadata__") else []


def _blocks(kind: Any) -> Iterator[type[Struct]]:
    """Yield the classes of blocks in a type: it may be one, or a list or map of them."""
    kind = bare(kind)
    inside = alternatives(kind) if is_union(kind) else get_args(kind) if get_origin(kind) in (list, tuple, dict) else ()
    for each in inside:
        yield from _blocks(each)
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
