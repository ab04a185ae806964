"""Documents of a newer milepost: which of their fields this one understands. Nothing slow is imported: lists ask it."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType

from milepost.sdk.store import Document

SCHEMA = 1
"""The version of the documents that this milepost writes."""

TEXT, NUMBER, THING, LIST = (str,), (int,), (dict,), (list, tuple)
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_THING = (str, NoneType), (int, NoneType), (dict, NoneType)


def _each(names: str, types: tuple[type, ...]) -> dict[str, tuple[type, ...]]:
    """Return the named fields with what their values may be."""
    return dict.fromkeys(names.split(), types)


_BOTH: Mapping[str, tuple[type, ...]] = {
    **_each("id kind project workspace started status user why milepost", TEXT),
    **_each("schema number", NUMBER),
    **_each("writer labels", THING),
    **_each("ended ci target store", MAYBE_TEXT),
    **_each("failure", MAYBE_THING),
    **_each("command", LIST),
}

FIELDS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "run": {
        **_BOTH,
        **_each("verb host", TEXT),
        **_each("apps", LIST),
        **_each("source request", THING),
        **_each("exit_status", MAYBE_NUMBER),
        **_each("until", MAYBE_TEXT),
        **_each("holder", MAYBE_THING),
    },
    "operation": {
        **_BOTH,
        **_each("run app stage label gone", TEXT),
        **_each("sequence unkept", NUMBER),
        **_each("printed weight replicas", MAYBE_NUMBER),
        **_each("resources processes evidence hooks timings reports warnings", LIST),
        **_each("fingerprint build generation presence previous restores same_as", MAYBE_TEXT),
        **_each("plugin config facts source artifact state deployment release", MAYBE_THING),
    },
}
"""The fields of each kind of document, and what their values may be in JSON."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "status": ("running", "success", "unchanged", "error", "refused", "cancelled", "interrupted"),
    "stage": ("build", "push", "task", "deploy", "release", "destroy", "park", "unpark", "weigh", "scale"),
    "presence": ("starting", "prepared", "staged", "parked", "released", "superseded", "destroyed", "forgotten"),
    "verb": (
        *("up", "build", "deploy", "release", "redeploy", "restart", "stop", "start", "rollback", "promote", "destroy"),
        *("adopt", "scale", "exec", "cancel", "break", "freeze", "thaw", "rebuild"),
    ),
}
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
