"""The tables of what may stand in `use` blocks, for the page about plugins and the READMEs of the distributions."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from read import ROOT
from write import code, table

from milepost.cli.render_docs import type_cell
from milepost.host.project.arguments import UseArgument, use_arguments

SOURCE = "config_source"
ROLES = ("builder", "registry", "platform", "releaser", SOURCE)


class Offered(NamedTuple):
    """A role that a built-in plugin offers."""

    role: str
    word: str
    distribution: str
    offer: Any

    @property
    def title(self) -> str:
        """What it is called in a heading."""
        return f"{self.role.replace('_', ' ')} `{self.word}`"


def offers() -> tuple[Offered, ...]:
    """Return what the built-in plugins offer, by role and word."""
    return tuple(sorted(_offers(), key=lambda each: (ROLES.index(each.role), each.word)))


def _offers() -> Iterator[Offered]:
    for file in sorted((ROOT / "builtin_plugins").glob("*/pyproject.toml")):
        project = tomllib.loads(Path(file).read_text(encoding="utf-8"))["project"]
        groups = project.get("entry-points", {})
        named = ((group.rpartition(".")[2], *entry) for group in groups for entry in groups[group].items())
        for role, word, module in named:
            if role in ROLES:
                hook = getattr(importlib.import_module(module), f"milepost_{role}")
                yield Offered(role, word, project["name"], hook(word))


def use_tables(offered: Offered, told: dict[str, str]) -> list[str]:
    """Return the tables of a `use` block and of the blocks in it; one that `told` has is referred to, others added."""
    arguments = use_arguments(offered.offer.config)
    if not arguments:
        return ["It has no arguments."]
    whole = _table(arguments)
    if whole in told:
        return [f"The same as {told[whole]}."]
    told[whole] = offered.title
    return [whole, *_inner(arguments, (), offered.title, told)]


def _inner(arguments: Sequence[UseArgument], path: tuple[str, ...], where: str, told: dict[str, str]) -> Iterator[str]:
    """Yield the tables of the blocks that stand in a block."""
    for each in arguments:
        if each.inner:
            place, whole = (*path, each.name), _table(each.inner)
            name = code(" > ".join(place))
            if whole in told:
                yield f"In {name}: as in {told[whole]}."
            else:
                told[whole] = f"{name} of {where}"
                yield f"In {name}:"
                yield whole
                yield from _inner(each.inner, place, where, told)


def _table(arguments: Sequence[UseArgument]) -> str:
    rows = [
        (code(each.name), type_cell(each.type), each.default or "must be given", each.meaning) for each in arguments
    ]
    return table(("argument", "type", "default", "meaning"), rows)
