"""Documents of a newer milepost: which of their fields this one understands. Nothing slow is imported: lists ask it."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import NamedTuple

from milepost.sdk.store import Document

SCHEMA = 1
"""The version of the documents that this milepost writes."""

TEXT, TEXTS, NUMBER, THING, LIST = (str,), (list, tuple), (int,), (dict,), (list, tuple)
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_THING = (str, NoneType), (int, NoneType), (dict, NoneType)

_BOTH: Mapping[str, tuple[type, ...]] = {
    "id": TEXT, "kind": TEXT, "schema": NUMBER, "number": NUMBER, "project": TEXT, "workspace": TEXT,
    "started": TEXT, "ended": MAYBE_TEXT, "writer": THING, "status": TEXT, "failure": MAYBE_THING,
    "user": TEXT, "ci": MAYBE_TEXT, "why": TEXT, "labels": THING, "command": TEXTS, "target": MAYBE_TEXT,
    "store": MAYBE_TEXT, "milepost": TEXT,
}  # fmt: skip

FIELDS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "run": {
        **_BOTH, "verb": TEXT, "apps": TEXTS, "source": THING, "request": THING, "host": TEXT,
        "exit_status": MAYBE_NUMBER, "until": MAYBE_TEXT, "holder": MAYBE_THING,
    },
    "operation": {
        **_BOTH, "run": TEXT, "app": TEXT, "stage": TEXT, "sequence": NUMBER, "label": TEXT,
        "plugin": MAYBE_THING, "config": MAYBE_THING, "facts": MAYBE_THING, "fingerprint": MAYBE_TEXT,
        "source": MAYBE_THING, "artifact": MAYBE_THING, "build": MAYBE_TEXT, "state": MAYBE_THING,
        "resources": LIST, "processes": LIST, "generation": MAYBE_TEXT, "deployment": MAYBE_THING,
        "presence": MAYBE_TEXT, "release": MAYBE_THING, "previous": MAYBE_TEXT, "restores": MAYBE_TEXT,
        "same_as": MAYBE_TEXT, "evidence": LIST, "hooks": LIST, "timings": LIST, "reports": LIST,
        "warnings": LIST, "unkept": NUMBER,
    },
}  # fmt: skip
"""The fields of each kind of document, and what their values may be in JSON."""


class _Words(NamedTuple):
    """The words that a field may have."""

    status: tuple[str, ...] = ("running", "success", "unchanged", "error", "refused", "cancelled", "interrupted")
    stage: tuple[str, ...] = ("build", "push", "task", "deploy", "release", "destroy", "park", "unpark")
    presence: tuple[str, ...] = (
        "starting", "prepared", "staged", "parked", "released", "superseded", "destroyed", "forgotten",
    )  # fmt: skip
    verb: tuple[str, ...] = (
        "up", "build", "deploy", "release", "redeploy", "restart", "stop", "start", "rollback", "promote", "destroy",
        "adopt", "exec", "break", "freeze", "thaw",
    )  # fmt: skip


WORDS: Mapping[str, tuple[str, ...]] = _Words()._asdict()
"""The words that this milepost knows for a status, a stage, a presence and a verb."""


def not_understood(document: Document) -> tuple[str, ...]:
    """Return the names of the fields of a run or operation that this milepost does not understand, in their order.

    Those are fields that it does not know, words that it does not know, values of another type than it expects, and
    `schema` where that is newer than its own. Nothing is returned for what an older milepost left out.
    """
    known = FIELDS.get(str(document.get("kind")))
    if known is None:
        return ("kind",)
    return tuple(name for name, value in document.items() if not _is_understood(name, value, known))


def cannot_be_carried_on(document: Document) -> tuple[str, ...]:
    """Return the names of the fields for which nothing may be changed that goes by this document.

    A field that this milepost does not know is not among them: it is kept as it is, and what it adds is no more than
    that as long as the schema is ours.
    """
    known = FIELDS.get(str(document.get("kind")), {"kind": TEXT})
    return tuple(name for name in not_understood(document) if name in known)


def _is_understood(name: str, value: object, known: Mapping[str, tuple[type, ...]]) -> bool:
    """Return whether a field and its value say something to this milepost."""
    if name not in known or not isinstance(value, known[name]):
        return False
    if name == "schema":
        return isinstance(value, int) and value <= SCHEMA
    return value is None or name not in WORDS or value in WORDS[name]
