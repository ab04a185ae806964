"""Records of any milepost, made fit to be shown: what is not as expected is left out, and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from milepost.host.history.newer import FIELDS, not_understood

if TYPE_CHECKING:
    from milepost.sdk.store import Document

OF_THINGS = ("resources", "processes", "evidence", "hooks", "timings", "reports")
"""The fields that are lists of objects."""


def legible(document: Document) -> Document:
    """Return a record without the values that are of another type than expected."""
    known = FIELDS.get(str(document.get("kind")), {})
    shown = {name: value for name, value in document.items() if name not in known or isinstance(value, known[name])}
    return {name: _things(value) if name in OF_THINGS else value for name, value in shown.items()}


def left_out(document: Document) -> str:
    """Return which fields of a record are not understood, for people; empty when all are."""
    names = not_understood(document)
    return f"{', '.join(names)}; pip install --upgrade milepost" if names else ""


def unknown(document: Document) -> dict[str, list[str]]:
    """Return which fields of a record are not understood, as a document has it."""
    return {"not_understood": list(not_understood(document))}


def _things(value: Any) -> list[Document]:
    """Return those of a list's values that are objects."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list | tuple) else []
