"""What came from what: an operation between its artifact's build and what was made of that artifact, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from milepost.cli.legible import legible
from milepost.cli.standing import closed, live_release, of_store
from milepost.host.history.ref import name_of
from milepost.host.history.writer import as_it_is

if TYPE_CHECKING:
    from milepost.sdk.store import Document, HistoryStore

DEEPEST = 20
"""Over how many steps an operation is followed back."""
LOOK_AT = 1000
"""How many operations since the build are asked whether they used its artifact."""
MAKING = ("build", "push", "deploy")
"""The stages whose operations name what they took an artifact from."""


class Node(NamedTuple):
    """An operation with those that came from it."""

    operation: Document
    notes: tuple[str, ...]
    """What became of it."""
    children: tuple[Node, ...]


class Ancestry(NamedTuple):
    """The tree around one operation."""

    root: Node
    whole: bool
    """Whether all that used the artifact was looked at."""


def ancestry(store: HistoryStore, operation: Document, look_at: int = LOOK_AT) -> Ancestry:
    """Return the tree that an operation stands in, from the first build of its artifact on.

    Of the operations since that build, `look_at` are asked; the way to the operation itself is always there.
    """
    way = [operation]
    for _ in range(DEEPEST):
        before = store.get(_parent(way[-1]))
        if before is None or before.get("kind") != "operation":
            break
        way.append(before)
    made, whole = _uses(store, way[-1], look_at)
    for child, parent in pairwise(way):
        known = made.setdefault(str(parent["id"]), [])
        if child.get("target") != parent["id"] and child["id"] not in [each["id"] for each in known]:
            known.append(child)
    return Ancestry(_node(store, way[-1], made, 0), whole)


def as_document(node: Node) -> Document:
    """Return a tree as a document has it: ids and names, not whole records."""
    operation = node.operation
    return {
        "id": operation["id"],
        "name": name_of(operation),
        "workspace": operation.get("workspace"),
        "run": operation.get("run"),
        "status": operation.get("status"),
        "notes": list(node.notes),
        "children": [as_document(each) for each in node.children],
    }


def _parent(operation: Document) -> str:
    """Return the id of what an operation came from; empty when it is the first."""
    from_what = "build" if operation.get("stage") in MAKING else "target"
    return str(operation.get(from_what) or operation.get("same_as") or "")


def _uses(store: HistoryStore, root: Document, look_at: int) -> tuple[dict[str, list[Document]], bool]:
    """Return the operations that took an artifact from another, by the id of that one; and whether these are all."""
    made: dict[str, list[Document]] = {}
    if root.get("stage") not in MAKING:
        return made, True
    found = store.latest("operation", {"stage": MAKING}, look_at, str(root["id"]), oldest=True)
    for each in found:
        if each.get("build"):
            made.setdefault(str(each["build"]), []).append(each)
    return made, len(found) < look_at


def _node(store: HistoryStore, operation: Document, made: Mapping[str, list[Document]], depth: int) -> Node:
    """Return an operation with all that came from it."""
    own = str(operation["id"])
    found = {
        each["id"]: each for each in (*made.get(own, ()), *store.latest("operation", {"target": own}, oldest=True))
    }
    from_it = [each for name, each in found.items() if name != own and depth < DEEPEST]
    children = (_node(store, each, made, depth + 1) for each in from_it)
    return Node(legible(as_it_is(operation, store)), tuple(_notes(store, operation)), tuple(children))


def _notes(store: HistoryStore, operation: Document) -> Iterator[str]:
    """Yield what became of an operation, and what it stands for."""
    if operation.get("presence"):
        yield str(operation["presence"])
    for name, what in (("same_as", "the same as"), ("restores", "restores"), ("previous", "replaced")):
        other = store.get(str(operation.get(name) or ""))
        if other is not None and not (name == "previous" and operation.get("stage") != "release"):
            yield f"{what} {name_of(other)}"
    if operation.get("stage") == "release" and operation.get("status") == "success":
        yield _public(store, operation)


def _public(store: HistoryStore, release: Document) -> str:
    """Return whether a release is live, and else what ended it."""
    workspace, app, elsewhere = str(release["workspace"]), str(release["app"]), release.get("store") or None
    live = live_release(store, workspace, app)
    if live is not None and live["id"] == release["id"]:
        return "LIVE"
    if closed(store, release):
        return "closed"
    where = {"app": app, "workspace": workspace, "stage": "release", "status": "success"}
    later = next(of_store(store, where, elsewhere, str(release["id"]), oldest=True), None)
    if later is not None:
        return f"replaced by {name_of(later)}"
    return f"the last that {elsewhere} knew of" if elsewhere else "not live any more"
