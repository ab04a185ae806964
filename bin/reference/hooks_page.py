"""The page about the hooks that milepost calls in plugins."""

from __future__ import annotations

import re

from read import SDK, Method, read_module
from write import page, table

INTRO = """A plugin's module implements hooks as functions marked with `hookimpl`, and is named in its distribution's
entry points. The first four make a word usable after `use`; the others are heard by observers, which a project asks for
with a `plugin "NAME" {}` block. The API version is 1: the `v1` of the entry-point groups."""

PARTS = ("Purpose", "When", "Arguments", "Returns", "If it raises")


def hooks_page() -> str:
    """Return the page. Raises ValueError for a hook whose five parts are not there."""
    functions = read_module(SDK / "hooks.py").functions
    return page("Hooks", INTRO, [part for each in functions for part in _hook(each)])


def _hook(hook: Method) -> list[str]:
    title, _, rest = hook.meaning.partition("\n")
    found = re.findall(rf"^({'|'.join(PARTS)}): (.*(?:\n {{4}}.*)*)", rest, flags=re.MULTILINE)
    if tuple(name for name, _ in found) != PARTS:
        raise ValueError(f"{hook.name}: its description needs the parts {', '.join(PARTS)}")
    return [f"## `{hook.signature}`", title, table(("", ""), [(f"**{name}**", text) for name, text in found])]
