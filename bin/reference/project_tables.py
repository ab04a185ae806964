"""The tables of the guides: what may stand in each block of a project file, and what hooks are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from examples import SHOWN, example
from project_words import HOOK_VARIABLES
from write import code, table

from milepost.cli.render_docs import type_cell
from milepost.host.lifecycle.hooks import HookContext, _variables
from milepost.host.project import hooks
from milepost.host.project.reference import TOP, BlockPage, Inner, pages
from milepost.sdk.problem import Position
from milepost.sdk.record import Operation, Writer


def block_table(page: BlockPage) -> Callable[[], str]:
    """Return what makes the table of a block: its arguments, then the blocks in it."""
    arguments = [
        (code(each.name), type_cell(each.type), each.default or "must be given", each.meaning)
        for each in page.arguments
    ]
    blocks = [(code(_written(each)), _often(each), "", each.meaning) for each in page.blocks]
    return lambda: table(("name", "type", "default", "meaning"), [*arguments, *blocks])


def _written(inner: Inner) -> str:
    return f'{inner.name} "…" {{ }}' if inner.label else f"{inner.name} {{ }}"


def _often(inner: Inner) -> str:
    return "block, any number" if inner.many else "block"


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
    **{"root" if each.name == TOP else each.name: block_table(each) for each in reversed(pages())},
}
"""What makes each table, by the name that stands before it in a guide."""
