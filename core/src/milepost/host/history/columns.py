"""What of a document stands in columns of its own, so that it can be found without reading the document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from milepost.sdk.store import FIELDS, Document

COLUMNS = ("id", "kind", *FIELDS, "started", "sequence", "body")
"""The columns of a document in the order of `row`."""

QUOTED = ", ".join(f'"{name}"' for name in COLUMNS)
"""The columns for a statement: some are words of SQL."""

INSERT = f"INSERT INTO document (position, {QUOTED}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608 - names of our own
UPDATE = f"UPDATE document SET ({QUOTED}) = (?{', ?' * (len(COLUMNS) - 1)}) WHERE position = ?"  # noqa: S608 - names of our own

STARTED = COLUMNS.index("started")

BODY = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHORTEST_COMMIT = 4

Value = str | int | None


def row(document: Document) -> tuple[Value, ...]:
    """Return the values of all columns, the whole document as JSON at the end."""
    return (document["id"], document["kind"], *fields(document), BODY.encode(document))


def fields(document: Document) -> tuple[Value, ...]:
    """Return the values of `FIELDS`, then when it started and its sequence."""
    return (*(field(document, name) for name in FIELDS), moment(document.get("started")), _plain(document, "sequence"))


def field(document: Document, name: str) -> Value:
    """Return the value that a document is found by under that name."""
    if name != "commit":
        return _plain(document, name)
    source = document.get("source")
    return _plain(source, "commit") if isinstance(source, Mapping) else None


def labels(document: Document) -> frozenset[str]:
    """Return the labels that a document is found by, as `NAME=VALUE`."""
    found = document.get("labels")
    return frozenset(storable(f"{name}={value}") for name, value in found.items()) if isinstance(found, dict) else NONE


NONE: frozenset[str] = frozenset()


def moment(text: object) -> int | None:
    """Return a time in microseconds since 1970; None for what is no time. Without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if at is None:
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)


def storable(text: str) -> str:
    """Return the text with lone surrogates, which no database takes, spelt out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def several(wanted: object) -> Sequence[Any]:
    """Return the values that are wanted, also when it is one."""
    return (wanted,) if isinstance(wanted, str | int) else tuple(wanted)  # type: ignore[arg-type]  # the rest of `Where`


def _plain(document: Mapping[str, Any], name: str) -> Value:
    """Return a value that a column can hold; what else stands there is not found by it."""
    value = document.get(name)
    if isinstance(value, str):
        return storable(value)
    return value if isinstance(value, int) and -(2**63) <= value < 2**63 else None
