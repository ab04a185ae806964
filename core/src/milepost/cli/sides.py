"""Which documents are compared: what a REF stands for, app by app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from milepost.cli.differences import STAGES, Side
from milepost.cli.legible import legible
from milepost.cli.looking import operations_of, shown
from milepost.cli.standing import live_release, of_store
from milepost.sdk.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.sdk.store import Document, HistoryStore

LOOK_AT = 50
"""Among how many earlier operations the one before is looked for: a release may be repeated."""
DEEPEST = 20
"""Over how many steps an artifact is followed back to its build."""


class Pair(NamedTuple):
    """Two sides of an app; None where there is nothing of it."""

    app: str
    old: Side | None
    new: Side | None


def pairs(session: Session, refs: tuple[str, ...]) -> list[Pair]:
    """Return what is to be compared, by app.

    Two REFs: the first against the second. One: what was live before it against it. None: what a rollback
    goes to, or else what was live before, against what is live. Raises UnknownNameError, UsageError.
    """
    store = session.host.store
    if len(refs) > 2:
        raise UsageError("two things can be compared, not more", hint="milepost diff 118 119")
    if len(refs) == 2:
        old, new = (_sides(session, ref) for ref in refs)
        return [Pair(app, old.get(app), new.get(app)) for app in dict.fromkeys((*old, *new))]
    if refs:
        return [Pair(app, _before(store, side), side) for app, side in _sides(session, refs[0]).items()]
    return [Pair(app, _way_back(store, side) or _before(store, side), side) for app, side in _live(session).items()]


def _live(session: Session) -> dict[str, Side]:
    """Return what is live in the workspace. Raises UsageError when nothing is."""
    store, workspace = session.host.store, session.workspace
    releases = [live_release(store, workspace, app) for app in session.host.project.apps]
    found = {str(each["app"]): _side(store, [each]) for each in releases if each is not None}
    if not found:
        raise UsageError(f"nothing is live in {workspace} that could be compared", hint="milepost diff 118 119")
    return found


def _sides(session: Session, ref: str) -> dict[str, Side]:
    """Return what a REF stands for: an operation of an app, or all that a run did, by app."""
    store = session.host.store
    run, operation, app = shown(session, ref)
    if operation is not None:
        return {str(operation["app"]): _side(store, [operation])}
    operations = operations_of(store, run, app)
    apps = dict.fromkeys(str(each["app"]) for each in operations)
    found = {app: [each for each in operations if each["app"] == app and each["stage"] in STAGES] for app in apps}
    made = {app: _side(store, of_app) for app, of_app in found.items() if of_app}
    if not made:
        raise UnknownNameError("build, deployment or release in", ref, (), hint=f"milepost show {run['number']}")
    return made


def _side(store: HistoryStore, operations: Iterable[Document]) -> Side:
    """Return the side of an app that some operations of it make; what they rest on is looked up."""
    by_stage: dict[str, Document] = {}
    for each in operations:
        held = _held(store, each)
        by_stage[str(held["stage"])] = {**legible(held), "status": each.get("status")}
    if "release" in by_stage and "deploy" not in by_stage:
        by_stage |= _by_stage(store.get(str(by_stage["release"].get("target") or "")))
    made = by_stage.get("deploy") or by_stage.get("push") or by_stage.get("build") or {}
    origins = list(_origins(store, made))
    for each in origins:
        by_stage.setdefault(str(each["stage"]), each)
    last = next(iter(by_stage.values()))
    run = store.get(str(last.get("run"))) or {}
    sources = [each["source"] for each in (*reversed(origins), made) if (each.get("source") or {}).get("commit")]
    return Side(str(last["app"]), run, sources[0] if sources else run.get("source") or {}, by_stage)


def _by_stage(operation: Document | None) -> dict[str, Document]:
    return {str(operation["stage"]): legible(operation)} if operation else {}


def _held(store: HistoryStore, operation: Document) -> Document:
    """Return the operation that holds: of one that changed nothing, the one it found as it should be."""
    return store.get(str(operation["same_as"])) or operation if operation.get("same_as") else operation


def _origins(store: HistoryStore, operation: Document) -> Iterator[Document]:
    """Yield the push and the build that an operation's artifact came from, the nearest first."""
    for _ in range(DEEPEST):
        before = store.get(str(operation["build"])) if operation.get("build") else None
        if before is None:
            return
        yield legible(before)
        operation = before


def _way_back(store: HistoryStore, side: Side) -> Side | None:
    """Return what a rollback of a side that is live goes to."""
    former = store.get(str(side.operations["release"].get("previous") or ""))
    return _side(store, [former]) if former else None


def _before(store: HistoryStore, side: Side) -> Side | None:
    """Return what was live before a side's release; of one that was not released, what was made before it."""
    made = next(side.operations[stage] for stage in reversed(STAGES) if stage in side.operations)
    where = {"app": side.app, "workspace": str(made["workspace"]), "stage": str(made["stage"]), "status": "success"}
    earlier = of_store(store, where, made.get("store") or None, str(made["id"]))
    for each in islice(earlier, LOOK_AT):
        if each.get("target") != made.get("target") or not each.get("target"):
            return _side(store, [each])
    return None
