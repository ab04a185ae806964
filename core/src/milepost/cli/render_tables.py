"""Lists of runs, operations, workspaces and locks, from the documents of the history as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.legible import legible
from milepost.cli.phrasing import columns, line_of, moment, short, taken

if TYPE_CHECKING:
    from milepost.cli.fields import Column
    from milepost.cli.listing import Listing, Page
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document

ID_TAIL = 6
"""How many last characters of an id lists show; it is a REF."""

BRINGING = ("up", "build", "")
"""What takes the source as it is; the other verbs go by what was built or recorded before."""


_STYLES = {"error": "bad", "interrupted": "bad", "refused": "warning", "cancelled": "warning", "running": "strong"}


def _started(each: Document, screen: Screen) -> str:
    return screen.when(moment(each.get("started")))


def _took(each: Document, screen: Screen) -> str:
    return taken(each)


def _id(each: Document, screen: Screen) -> str:
    return tail(each)


def _status(each: Document, screen: Screen) -> str:
    status = line_of(each.get("status") or "")
    return screen.paint(_STYLES[status], status) if status in _STYLES else status


def _workspace(each: Document, screen: Screen) -> str:
    return line_of(each.get("workspace") or "")


def _by(each: Document, screen: Screen) -> str:
    return line_of(each.get("ci") or each.get("user") or "")


def _why(each: Document, screen: Screen) -> str:
    """Return why a run was asked for: as said, else what it brought, ran or broke."""
    subject = _source(each).get("subject") if _brings(each) else ""
    target = each.get("target") if each.get("verb") == "break" else ""
    return line_of(each.get("why") or subject or " ".join(map(str, each.get("command") or ())) or target or "")


def _commit(each: Document, screen: Screen) -> str:
    return line_of(str(_source(each).get("commit") or "")[:7] if _brings(each) else "")


RUNS: dict[str, Column] = {
    "run": lambda each, screen: run_name(each),
    "verb": lambda each, screen: line_of(each.get("verb") or ""),
    "workspace": _workspace,
    "apps": lambda each, screen: line_of(",".join(map(str, each.get("apps") or ()))),
    "status": _status,
    "started": _started,
    "took": _took,
    "by": _by,
    "commit": _commit,
    "why": _why,
}
"""The columns of a list of runs; all of them when none is chosen."""

OPERATIONS: dict[str, Column] = {
    "operation": lambda each, screen: operation_name(each),
    "workspace": _workspace,
    "status": _status,
    "result": lambda each, screen: result(each),
    "started": _started,
    "took": _took,
    "id": _id,
}
"""The columns of a list of operations, when none is chosen."""

MORE: dict[str, Column] = {
    "by": _by,
    "commit": lambda each, screen: str(_source(each).get("commit") or "")[:7],
    "version": lambda each, screen: f"v{each['sequence']}" if each.get("sequence") else "",
}
"""Further columns of operations."""


def table(documents: Iterable[Document], shown: Mapping[str, Column], screen: Screen) -> list[str]:
    """Return documents as a table with those columns; nothing when there are none."""
    rows = [tuple(column(each, screen) for column in shown.values()) for each in map(legible, documents)]
    return columns([tuple(name.upper() for name in shown), *rows], room=screen.room) if rows else []


def more(page: Page, listing: Listing, ref: str, screen: Screen) -> list[str]:
    """Return how to see what follows, where a list on a terminal was cut short."""
    if not page.more or not screen.is_terminal:
        return []
    on = f"newer ones: --after {ref}" if listing.oldest else f"older ones: --before {ref}"
    return [screen.paint("faint", f"{on}, more at once: --limit {listing.limit * 5}")]


def run_name(run: Document) -> str:
    """Return the REF of a run: `#118`, `#7@laptop` for one of another store."""
    return line_of(f"#{run.get('number')}{_of_store(run)}")


def operation_name(operation: Document) -> str:
    """Return the REF of an operation: `web#118/deploy`, `web#7@laptop/deploy` for one of another store."""
    label = operation.get("label") or operation.get("stage")
    return line_of(f"{operation.get('app')}#{operation.get('number')}{_of_store(operation)}/{label}")


def tail(document: Document) -> str:
    """Return the end of a document's id, which is a REF."""
    return line_of(str(document.get("id") or "")[-ID_TAIL:].lower())


def _of_store(document: Document) -> str:
    return f"@{document['store']}" if document.get("store") else ""


def _source(document: Document) -> Document:
    return document.get("source") or {}


def _brings(run: Document) -> bool:
    """Return whether a run took the source as it was; what was recorded has the commit of its own run."""
    return run.get("verb", "") in BRINGING


def locks(held: dict[str, Document], screen: Screen) -> list[str]:
    """Return who holds which lock."""
    rows = [
        (
            name,
            holder(owner),
            screen.when(moment(owner.get("since"))),
            doing(owner),
        )
        for name, owner in sorted(held.items())
    ]
    return columns([("LOCK", "HELD BY", "SINCE", "DOING"), *rows]) if rows else ["no lock is held"]


def holder(owner: Document) -> str:
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
        return line_of(next(iter(str(failure.get("message") or "").splitlines()), ""))[:80]
    release: dict[str, Any] = operation.get("release") or {}
    if release.get("urls"):
        return line_of(release["urls"][0])
    if operation.get("presence"):
        return line_of(operation["presence"])
    artifact = operation.get("artifact") or {}
    digest, gone = short(str(artifact.get("digest") or "")), str(operation.get("gone") or "")
    return line_of(f"{digest} {gone}" if gone else digest)


def workspaces(rows: Sequence[Document], screen: Screen) -> list[str]:
    """Return workspaces: whether the file names them, what is live in them, their last run."""
    head = ("WORKSPACE", "IN FILE", "LIVE", "LAST RUN", "STARTED", "STATUS")
    lines = [
        (
            line_of(each["workspace"]),
            "yes" if each["in_file"] else "no",
            ", ".join(f"{app}#{number}" for app, number in each["live"].items()) or "nothing",
            f"{run_name(each['last'])} {each['last'].get('verb')}" if each["last"] else "",
            _started(each["last"], screen) if each["last"] else "",
            _status(each["last"], screen) if each["last"] else "never used",
        )
        for each in rows
    ]
    return columns([head, *lines], room=screen.room) if lines else ["no workspace yet; milepost up makes the first"]
