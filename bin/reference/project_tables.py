"""The tables of the guides: what may stand in each block of a project file, and what hooks are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from examples import SHOWN, example
from plugins_page import default, kind
from project_words import BLOCKS, HOOK_VARIABLES, WORDS
from write import code, table

from milepost.host.lifecycle.hooks import HookContext, _variables
from milepost.host.project import hooks, settings
from milepost.host.project.schema import ROOT, Shape
from milepost.sdk.problem import Position
from milepost.sdk.record import Operation, Writer

STRUCTS: dict[str, Any] = {
    "app": settings._Arguments,
    "health": settings._Health,
    "hook": hooks._Hook,
    "task": hooks._Task,
    "verify": hooks._Verify,
    "release": hooks._Release,
}
"""The values that the arguments of a block are read into, where there are such."""


class Row(NamedTuple):
    """A line of a block's table."""

    name: str
    type: str
    default: str
    meaning: str


def block_table(block: str) -> Callable[[], str]:
    """Return what makes the table of a block."""
    return lambda: table(("name", "type", "default", "meaning"), _rows(block, _shape(block)))


def _shape(wanted: str) -> Shape:
    """Return the shape of a block of that name."""
    return next(shape for name, shape in _shapes("root", ROOT) if name == wanted)


def _shapes(name: str, shape: Shape) -> Iterator[tuple[str, Shape]]:
    yield name, shape
    for inner, nested in shape.blocks.items():
        yield from _shapes(inner, nested.shape)


def _rows(block: str, shape: Shape) -> Iterator[Row]:
    """Yield the arguments, then the blocks. Raises KeyError for one that nobody describes."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(STRUCTS[block])} if block in STRUCTS else {}
    for name in (*shape.required, *shape.arguments):
        meaning = WORDS[f"{block}.{name}"]
        if isinstance(meaning, tuple):
            type_, usual, text = meaning
        else:
            type_, usual, text = kind(msgspec.inspect.type_info(fields[name].type)), default(fields[name]), meaning
        yield Row(code(name), type_, "must be given" if name in shape.required else usual, text)
    for name, nested in shape.blocks.items():
        if name in BLOCKS:
            label = ' "…"' if nested.label else ""
            yield Row(code(f"{name}{label} {{ }}"), "block" + (", any number" if nested.many else ""), "", BLOCKS[name])


def hook_variables() -> str:
    """Return the variables that a hook finds. Raises KeyError for one that nobody describes."""
    writer = Writer(pid=1, started="0", boot="", host="")
    record = Operation(
        id="", run="", number=1, project="", workspace="", app="", stage="build", started=_NOW, writer=writer
    )
    hook = hooks.Hook(
        when="before",
        command=("true",),
        on_failure="fail",
        timeout=1.0,
        mutex=None,
        on=(),
        position=Position("", 1, 1, 1, 1),
        secrets=(),
    )
    names = _variables(record, hook, HookContext(folder=Path(), verb="up", lock=""))
    return table(("variable", "what it holds"), [(code(name), HOOK_VARIABLES[name]) for name in names])


_NOW = datetime(2000, 1, 1, tzinfo=UTC)
TABLES: dict[str, Callable[[], str]] = {
    "hook-variables": hook_variables,
    **{name: example(name) for name in SHOWN},
    **{name: block_table(name) for name, _ in _shapes("root", ROOT) if name not in ("use", "url")},
}
"""What makes each table, by the name that stands before it in a guide."""
