"""Lists of runs, operations and locks, from the documents of the history as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import columns, moment, short, taken

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document

ID_TAIL = 6
"""How many last characters of an id lists show; it is a REF."""


BRINGING = ("up", "build", "")
"""What takes the source as it is; the other verbs go by what was built or recorded before."""


def runs(documents: Iterable[Document], screen: Screen) -> list[str]:
    """Return runs as a table."""
    head = ("RUN", "VERB", "WORKSPACE", "APPS", "STATUS", "STARTED", "TOOK", "BY", "COMMIT", "WHY")
    rows = [
        (
            f"#{each['number']}",
            str(each["verb"]),
            str(each["workspace"]),
            ",".join(each["apps"]),
            str(each["status"]),
            screen.when(moment(each["started"])),
            taken(each),
            str(each.get("ci") or each.get("user") or ""),
            *_reason(each),
        )
        for each in documents
    ]
    return columns([head, *rows]) if rows else ["no run yet; milepost up makes the first"]


def _reason(run: Document) -> tuple[str, str]:
    """Return the commit of a run and why it was asked for: as said, else the subject of what it brought."""
    source = run.get("source") or {}
    if run["verb"] not in BRINGING:
        return "", str(run.get("why") or "")
    return str(source.get("commit") or "")[:7], str(run.get("why") or source.get("subject") or "")


def more(documents: Sequence[Document], limit: int, ref: str, screen: Screen) -> list[str]:
    """Return how to see what is older, where a list on a terminal may have been cut short."""
    if len(documents) < limit or not screen.is_terminal:
        return []
    return [screen.paint("faint", f"older ones: --before {ref}, more at once: --limit {limit * 5}")]


def operations(documents: Iterable[Document], screen: Screen) -> list[str]:
    """Return operations as a table."""
    head = ("OPERATION", "WORKSPACE", "STATUS", "RESULT", "STARTED", "TOOK", "ID")
    rows = [
        (
            f"{each['app']}#{each['number']}/{each.get('label') or each['stage']}",
            str(each["workspace"]),
            str(each["status"]),
            result(each),
            screen.when(moment(each["started"])),
            taken(each),
            str(each["id"])[-ID_TAIL:].lower(),
        )
        for each in documents
    ]
    return columns([head, *rows]) if rows else ["nothing recorded yet"]


def locks(held: dict[str, Document], screen: Screen) -> list[str]:
    """Return who holds which lock."""
    rows = [
        (
            name,
            _holder(owner),
            screen.when(moment(owner.get("since"))),
            doing(owner),
        )
        for name, owner in sorted(held.items())
    ]
    return columns([("LOCK", "HELD BY", "SINCE", "DOING"), *rows]) if rows else ["no lock is held"]


def _holder(owner: Document) -> str:
    """Return who holds a lock, and on which machine."""
    return "@".join(str(part) for part in (owner.get("user"), owner.get("host")) if part)


def doing(owner: Document) -> str:
    """Return what the holder of a lock does."""
    number, verb = owner.get("run"), owner.get("verb")
    return " ".join(str(part) for part in (f"#{number}" if number else "", verb or "") if part)


def result(operation: Document) -> str:
    """Return what came of an operation, in a few words."""
    failure = operation.get("failure")
    if failure:
        return str(failure["message"]).splitlines()[0][:80]
    release: dict[str, Any] = operation.get("release") or {}
    if release.get("urls"):
        return str(release["urls"][0])
    if operation.get("presence"):
        return str(operation["presence"])
    artifact = operation.get("artifact")
    return short(str(artifact["digest"])) if artifact else ""
