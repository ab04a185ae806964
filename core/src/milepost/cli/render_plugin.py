"""What a plugin offers, with the arguments of its `use` block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from milepost.cli.phrasing import columns
from milepost.host.plugins.load import Plugins

if TYPE_CHECKING:
    from milepost.host.plugins.catalog import Catalog
    from milepost.host.plugins.scan import Entry
    from milepost.sdk.config import PluginConfig

_WITH_OFFER = ("builder", "registry", "platform", "releaser", "config_source")


def described(catalog: Catalog, entries: Sequence[Entry]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return documents and lines about the entries; the plugin is imported for it. Raises PluginBrokenError."""
    plugins = Plugins(catalog)
    facts: list[dict[str, Any]] = []
    lines: list[str] = []
    for entry in entries:
        title = f"{entry.role} {entry.word}   {entry.distribution} {entry.version}   plugin API {entry.api}"
        fields: list[dict[str, Any]] = []
        if entry.role in _WITH_OFFER:
            offered = plugins.offer(cast(Any, entry.role), f"{entry.distribution}:{entry.word}")
            fields = arguments(offered.offer.config)
        facts.append({"role": entry.role, "word": entry.word, "distribution": entry.distribution, "arguments": fields})
        lines += [title, *columns([(each["name"], each["type"], each["description"]) for each in fields], "  ")]
    return facts, lines


def arguments(config: type[PluginConfig]) -> list[dict[str, Any]]:
    """Return the arguments of a config class: name, type, default, meaning."""
    return [
        {
            "name": field.encode_name,
            "type": _words(field.type),
            "required": field.required,
            "description": _meaning(field.type),
        }
        for field in msgspec.inspect.type_info(config).fields  # type: ignore[attr-defined]  # a Struct has fields
    ]


def _words(kind: Any) -> str:
    """Return a type in the words of the project file."""
    name = type(kind).__name__.removesuffix("Type").lower()
    if name == "metadata":
        return _words(kind.type)
    if name == "union":
        return " or ".join(_words(each) for each in kind.types if type(each).__name__ != "NoneType")
    if name in ("list", "vartuple", "set"):
        return f"list of {_words(kind.item_type)}"
    if name == "custom":
        return str(kind.cls.__name__).lower()
    return {"str": "string", "int": "whole number", "float": "number", "dict": "map"}.get(name, name)


def _meaning(kind: Any) -> str:
    """Return the description that stands at a field."""
    extra = getattr(kind, "extra_json_schema", None) or {}
    return str(extra.get("description", ""))
