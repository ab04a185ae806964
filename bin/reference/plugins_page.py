"""The page about the built-in plugins: the arguments of each role's `use` block, and of config sources."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from read import ROOT
from write import code, page, table

INTRO = """What may stand in the `use` block of each role that the built-in plugins offer. `milepost plugin show NAME`
says the same of any installed plugin. Guides: [the local platform](../guides/local.md),
[config and its sources](../guides/config.md#app-config)."""

SOURCE = "config_source"
ROLES = ("builder", "registry", "platform", "releaser", SOURCE)
PLACE = {
    "builder": "build",
    "registry": "registry",
    "platform": "deploy",
    "releaser": "release",
}


def plugins_page() -> str:
    """Return the page."""
    offered = sorted(_offers(), key=lambda each: (ROLES.index(each[0]), each[1]))
    return page("Built-in plugins", INTRO, [part for each in offered for part in _offer(*each)])


def _offers() -> Iterator[tuple[str, str, str, Any]]:
    """Yield role, word, distribution and offer of each built-in plugin."""
    for file in sorted((ROOT / "builtin_plugins").glob("*/pyproject.toml")):
        project = tomllib.loads(Path(file).read_text(encoding="utf-8"))["project"]
        groups = project.get("entry-points", {})
        named = ((group.rpartition(".")[2], *entry) for group in groups for entry in groups[group].items())
        for role, word, module in named:
            if role in ROLES:
                hook = getattr(importlib.import_module(module), f"milepost_{role}")
                yield role, word, project["name"], hook(word)


def _offer(role: str, word: str, distribution: str, offer: Any) -> list[str]:
    if role == SOURCE:
        facts = [f'From `{distribution}`; written `secret("{word}", …)` with its arguments in this order, or by name.']
    else:
        facts = [f'From `{distribution}`; written `use "{word}" {{ … }}` in a `{PLACE[role]}` block.']
    if getattr(offer, "accepts", ()):
        facts.append(f"Takes {', '.join(map(code, offer.accepts))}.")
    if getattr(offer, "default_releaser", None):
        facts.append(f"Releases through `{offer.default_releaser.word}` where there is no `release` block.")
    rows = [
        (code(field.encode_name), kind(field.type), default(field), meaning(field.type))
        for field in struct_fields(offer.config)
    ]
    title = f"## {role.replace('_', ' ')} `{word}`"
    return [title, " ".join(facts), table(("argument", "type", "default", "meaning"), rows) or "It has no arguments."]


def struct_fields(struct: type) -> tuple[Any, ...]:
    """Return what is known of the fields of a struct."""
    known: Any = msgspec.inspect.type_info(struct)
    return tuple(known.fields)


def kind(type_: Any) -> str:
    """Return a type in the words of the project file."""
    name = type(type_).__name__.removesuffix("Type").lower()
    if name == "metadata":
        return kind(type_.type)
    if name == "union":
        return " or ".join(kind(each) for each in type_.types if type(each).__name__ != "NoneType")
    if name in ("list", "vartuple", "set"):
        return f"list of {kind(type_.item_type)}s"
    if name == "literal":
        return " or ".join(f'`"{each}"`' for each in type_.values)
    if name == "struct":
        return "block"
    return {"str": "string", "int": "whole number", "float": "number", "dict": "map"}.get(name, name)


def meaning(type_: Any) -> str:
    """Return the description that stands at a field."""
    return str((getattr(type_, "extra_json_schema", None) or {}).get("description", ""))


def default(field: Any) -> str:
    """Return the default as it would be written in a project file."""
    value = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    if value is msgspec.NODEFAULT:
        return "must be given"
    if value is None:
        return "none"
    if isinstance(value, list | tuple | dict | str | bool):
        return code(msgspec.json.encode(value).decode())
    return code(f"{value:g}")
