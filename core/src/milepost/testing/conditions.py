"""The conditions of `Where` as functions, for stores that look at each document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from milepost.sdk.store import FIELDS, Document

SHORTEST_COMMIT = 4


def condition(name: str, wanted: str | int | Sequence[str]) -> Callable[[Document], bool]:
    """Return whether a document fits one condition, as a function. Raises ValueError for one that is not known."""
    values = [wanted] if isinstance(wanted, str | int) else list(wanted)
    if name in ("since", "until"):
        limit = datetime.fromisoformat(str(wanted))
        return lambda each: _started(each) is not None and (_started(each) < limit) == (name == "until")  # type: ignore[operator]  # not None
    if name == "label":
        return lambda each: set(values) <= {f"{key}={value}" for key, value in (each.get("labels") or {}).items()}
    if name == "commit":
        if any(len(str(each)) < SHORTEST_COMMIT for each in values):
            raise ValueError(f"a commit needs {SHORTEST_COMMIT} characters at the least, not {wanted!r}")
        return lambda each: str((each.get("source") or {}).get("commit") or "").startswith(tuple(map(str, values)))
    if name not in FIELDS:
        raise ValueError(f"documents cannot be found by {name!r}, only by {', '.join(FIELDS)}, since, until and label")
    return lambda each: each.get(name) in values


def _started(document: Mapping[str, Any]) -> datetime | None:
    """Return when it started."""
    text = document.get("started")
    at = datetime.fromisoformat(text) if text else None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
