"""What a plugin offers, with the arguments of its `use` block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from milepost.cli.phrasing import columns
from milepost.host.plugins.load import Plugins
from milepost.host.project.arguments import UseArgument, use_arguments

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
        lines += [title, *columns([*_rows(fields)], "  ")]
    return facts, lines


def arguments(config: type[PluginConfig]) -> list[dict[str, Any]]:
    """Return the arguments of a config class: name, type, meaning, what is in a block."""
    return _documents(use_arguments(config))


def _documents(known: Sequence[UseArgument]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "type": each.type,
            "required": each.required,
            "description": each.meaning,
            **({"arguments": _documents(each.inner)} if each.inner else {}),
        }
        for each in known
    ]


def _rows(fields: Sequence[dict[str, Any]], indent: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the lines of a table, those of a block below it."""
    for each in fields:
        yield f"{indent}{each['name']}", each["type"], each["description"]
        yield from _rows(each.get("arguments", ()), f"{indent}  ")
