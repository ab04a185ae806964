"""The variables of a project file as a table and as a document; no secret is in either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import clean, columns
from milepost.host.language.provenance import is_secret, is_unknown, text_of
from milepost.host.project.variable_types import type_of
from milepost.host.project.variables import how_to_give

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.host.project.project import Project
    from milepost.host.project.stages import VariableBlock
    from milepost.host.project.validations import Resolved
    from milepost.host.project.variables import Resolution

WIDEST = 60
"""How much of a value a table shows."""


def table(project: Project, found: Resolution, notes: Iterable[str], screen: Screen) -> Iterator[str]:
    """Yield the variables, then how to give those that lack a value, then what is wrong or odd."""
    if not project.variables:
        yield "the project file declares no variables"
    else:
        rows = [_row(block, found.found[name]) for name, block in project.variables.items()]
        yield from columns([("NAME", "TYPE", "VALUE", "SOURCE", "DESCRIPTION"), *rows])
    for problem in found.problems:
        yield f"{screen.paint('bad', 'error:')} {clean(str(problem.message))}"
        if problem.hint:
            yield f"  {clean(problem.hint)}"
    for note in notes:
        yield f"note: {clean(note)}"


def _row(block: VariableBlock, found: Resolved) -> tuple[str, ...]:
    value = _said(block, found) or clean(text_of(found.value))
    short = value if len(value) <= WIDEST else f"{value[: WIDEST - 1]}…"
    return block.name, _type(block), short, found.source, clean(block.description)


def _said(block: VariableBlock, found: Resolved) -> str:
    """Return the word that stands for a value that is not shown; empty for one that is."""
    if found.problems:
        return "wrong" if found.source else "no value"
    if block.sensitive or is_secret(found.value):
        return "secret"
    return "asked when used" if is_unknown(found.value) else ""


def _type(block: VariableBlock) -> str:
    kind = type_of(block)
    return str(kind) if kind else "any"


def document(project: Project, found: Resolution, notes: Iterable[str]) -> dict[str, Any]:
    """Return the variables as a document."""
    return {
        "variables": [_entry(block, found.found[name]) for name, block in project.variables.items()],
        "problems": [{"message": each.message, "hint": each.hint} for each in found.problems],
        "notes": list(notes),
    }


def _entry(block: VariableBlock, found: Resolved) -> dict[str, Any]:
    said = _said(block, found)
    return {
        "name": block.name,
        "type": _type(block),
        "state": said or "known",
        "value": None if said else _plain(found.value),
        "source": found.source or None,
        "description": block.description,
        "sensitive": block.sensitive,
        "hint": how_to_give(block) if said == "no value" else "",
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value
