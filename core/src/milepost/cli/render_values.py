"""The values of an app's config as a table, alone, or as a document; no secret is in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import clean, columns
from milepost.host.language.values import Unknown
from milepost.sdk.secret import Secret

if TYPE_CHECKING:
    from milepost.host.project.config import ConfigValue

WIDEST = 60
"""How much of a value a table shows."""


def table(found: Iterable[ConfigValue], app: str) -> Iterator[str]:
    """Yield the values of an app in the order of their kinds."""
    rows = [(each.kind, clean(each.name), _short(each), _source(each), str(each.position)) for each in found]
    yield from columns([("KIND", "NAME", "VALUE", "SOURCE", "PLACE"), *rows]) if rows else [f"{app} has no config"]


def alone(found: ConfigValue) -> str:
    """Return one value as it is, for a script; `secret` for a secret."""
    return _state(found) if _state(found) != "known" else str(found.value)


def document(found: Iterable[ConfigValue]) -> list[dict[str, Any]]:
    """Return the values as a document has them."""
    return [
        {
            "kind": each.kind,
            "name": each.name,
            "state": _state(each),
            "value": None if _state(each) != "known" else each.value,
            "source": _source(each) or None,
            "position": each.position._asdict(),
        }
        for each in found
    ]


def _state(found: ConfigValue) -> str:
    """Return the word that stands for a value that is not shown; `known` for one that is."""
    if isinstance(found.value, Secret):
        return "secret"
    return "not asked" if isinstance(found.value, Unknown) else "known"


def _short(found: ConfigValue) -> str:
    value = clean(alone(found)).replace("\n", "⏎")
    return value if len(value) <= WIDEST else f"{value[: WIDEST - 1]}…"


def _source(found: ConfigValue) -> str:
    """Return where a secret comes from; what stands in the file itself has no source."""
    if isinstance(found.value, Unknown):
        return clean(found.value.name)
    return clean(", ".join(dict.fromkeys(found.value.sources))) if isinstance(found.value, Secret) else ""
