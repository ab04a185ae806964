"""The page about `milepost.sdk`: every name that authors of plugins import."""

from __future__ import annotations

from read import SDK, Class, Module, read_module
from write import code, described, methods_list, page, paragraph, table

from milepost import sdk

INTRO = """What a plugin may import: the names below, from `milepost.sdk` where a room is listed under "at the
top", else from the room itself (`from milepost.sdk.capabilities import Parks`). Hooks, errors and records have pages of
their own: [hooks](hooks.md), [errors](errors.md), [records](records.md)."""

TOP = ("artifact", "config", "deployment", "offer", "roles", "secret", "step")
ROOMS = ("capabilities", "events", "request", "store", "problem")


def sdk_page() -> str:
    """Return the page."""
    parts = ["## At the top: `milepost.sdk`"]
    for room in TOP:
        parts += _room(room, top=True)
    parts += ["## In rooms of their own"]
    for room in ROOMS:
        parts += _room(room, top=False)
    return page("milepost.sdk", INTRO, parts)


def _room(name: str, *, top: bool) -> list[str]:
    """Return the parts about one module."""
    module = read_module(SDK / f"{name}.py")
    public = _exported() if top else None
    classes = [each for each in module.classes if public is None or each.name in public]
    others = [each for each in module.classes if each not in classes]
    parts = [f"### {name}", paragraph(module.meaning), _values(module, public)]
    for each in classes:
        parts += described(each, "####")
    functions = [each for each in module.functions if public is None or each.name in public]
    if functions:
        parts += ["#### Functions", methods_list(functions)]
    if others:
        parts += [f"In `milepost.sdk.{name}` only:"]
        parts += [part for each in others for part in _below(each)]
    return [part for part in parts if part]


def _below(each: Class) -> list[str]:
    return described(each, "####")


def _values(module: Module, public: frozenset[str] | None) -> str:
    """Return the values and types that have a name, as a table."""
    rows = [
        (code(each.name), code(each.value), each.meaning)
        for each in module.values
        if public is None or each.name in public or each.value.startswith("Literal")
    ]
    return table(("name", "is", "meaning"), rows)


def _exported() -> frozenset[str]:
    return frozenset(sdk.__all__)
