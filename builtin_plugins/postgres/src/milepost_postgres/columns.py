"""What of a document stands in columns of its own, so that the database finds it without reading the document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from milepost.sdk.store import FIELDS, Document

TEXTS = tuple(name for name in FIELDS if name != "number")
"""The fields that are text; a number is what the store gives."""


VALUES = ("id", "kind", *TEXTS, "labels", "started", "body")
"""What a row has, in the order of `values`."""

ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
"""Made once: what is recorded is waited for."""


def values(document: Document) -> tuple[Any, ...]:
    """Return a document as the function that appends one takes it."""
    found = document
    if "number" in document or "sequence" in document:
        found = {name: value for name, value in document.items() if name not in ("number", "sequence")}
    return (
        storable(document["id"]),
        storable(document["kind"]),
        *(field(document, name) for name in TEXTS),
        labels(document),
        moment(document.get("started")),
        text(found),
    )


def row(document: Document) -> dict[str, Any]:
    """Return a document as the functions that take several of them read it."""
    return {name: value for name, value in zip(VALUES, values(document), strict=True) if value is not None}


def numbered_row(place: int, document: Document) -> dict[str, Any]:
    """Return a document with the numbers that it has already; the rows go in the order of their places."""
    return {
        **row(document),
        "place": place,
        "number": _integer(document.get("number")),
        "sequence": _integer(document.get("sequence")),
    }


def document_of(body: str, number: int | None, sequence: int | None) -> Document:
    """Return the document of a row."""
    document: Document = json.loads(body)
    if number is not None:
        document["number"] = number
    if sequence is not None:
        document["sequence"] = sequence
    return document


def text(value: object) -> str:
    """Return a value as JSON, in characters that every database takes."""
    return ENCODER.encode(value)


def field(document: Document, name: str) -> str | None:
    """Return the text that a document is found by under that name."""
    if name == "commit":
        source = document.get("source")
        document = source if isinstance(source, dict) else {}
    value = document.get(name)
    return storable(value) if isinstance(value, str) else None


def labels(document: Document) -> list[str] | None:
    """Return the labels that a document is found by, as `NAME=VALUE`; None without any."""
    found = document.get("labels")
    if not found or not isinstance(found, Mapping):
        return None
    return sorted(storable(f"{name}={value}") for name, value in found.items())


def moment(value: object) -> str | None:
    """Return a time in the form that the database reads; None for what is no time. Without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def storable(value: str) -> str:
    """Return the text with lone surrogates and NUL, which no text column takes, spelt out."""
    if value.isascii() and "\0" not in value:
        return value
    return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def once(documents: Iterable[Document]) -> list[Document]:
    """Return the documents, of those with one id the last, in the order in which each came first."""
    return list({each["id"]: each for each in documents}.values())


def _integer(value: object) -> int | None:
    """Return a number that a column can hold; None for anything else."""
    return value if isinstance(value, int) and -(2**63) <= value < 2**63 else None
