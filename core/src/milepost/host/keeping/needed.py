"""Which records something rests upon: what is live or stands, what a rollback goes back to, what is going on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from milepost.host.history.journal import STANDING
from milepost.host.keeping.paging import documents, own
from milepost.sdk.store import Document, HistoryStore

REAL = ("success", "error", "cancelled", "interrupted", "running")
"""How a release may have ended that may have changed what is live."""

ENDED = ("success", "error", "cancelled")
"""How a release may have ended that a rollback goes back to."""

FAILED = ("error", "interrupted", "refused", "cancelled")
FINE = ("success", "unchanged")
FREEZING = ("freeze", "thaw")

STAGES = ("build", "push", "task", "deploy", "release", "destroy", "park", "unpark", "weigh", "scale")

DEFAULT_DEPTH = 1
"""How many former releases an app keeps that is no longer in the file."""


class Place(NamedTuple):
    """An app in a workspace."""

    app: str
    workspace: str


Depths = Mapping[str, int | None]
"""By app, how many former releases a rollback may reach; None where it cannot be told, so that all are kept."""


def needed(store: HistoryStore, places: Iterable[Place], workspaces: Iterable[str], depths: Depths) -> set[str]:
    """Return the ids of the runs that something rests upon, as far as it is in these places and workspaces.

    A run is kept whole, so these are the runs of the operations that are needed.
    """
    found = _ends_of_counters(store)
    for place in places:
        found |= _Needs(store, place, depths.get(place.app, DEFAULT_DEPTH)).runs()
    for workspace in workspaces:
        newest = _first(store, "run", {"workspace": workspace, "verb": FREEZING})
        found |= {str(newest["id"])} if newest else set()
    return found


def _first(store: HistoryStore, kind: str, where: Mapping[str, str | tuple[str, ...]]) -> Document | None:
    """Return the newest of this store's own documents for which the conditions hold."""
    return next(own(documents(store, kind, where, size=20)), None)


def _ends_of_counters(store: HistoryStore) -> set[str]:
    """Return the newest run: numbers go on from it, also in a copy of the store."""
    newest = _first(store, "run", {})
    return {str(newest["id"])} if newest else set()


class _Needs:
    """What is needed in one place."""

    def __init__(self, store: HistoryStore, place: Place, depth: int | None) -> None:
        self._store, self._place = store, place
        self._depth = None if depth is None else max(depth, 1)
        self._found: dict[str, Document] = {}
        self._releases = [
            _slim(each)
            for each in self._all(stage="release", status=REAL)
            if each.get("release") is not None or each.get("plugin") is not None
        ]

    def runs(self) -> set[str]:
        """Return the ids of the runs."""
        self._add(self._all(status="running"))
        self._add(self._all(stage="deploy", presence=STANDING))
        self._add(self._newest_ones())
        self._add_releases()
        self._follow()
        return {str(each["run"]) for each in self._found.values()}

    def _where(self, **conditions: str | tuple[str, ...]) -> dict[str, str | tuple[str, ...]]:
        """Return conditions on the operations of this place."""
        return {"app": self._place.app, "workspace": self._place.workspace, **conditions}

    def _all(self, **conditions: str | tuple[str, ...]) -> Iterator[Document]:
        """Yield the store's own operations of this place, newest first."""
        return own(documents(self._store, "operation", self._where(**conditions)))

    def _add(self, operations: Iterable[Document]) -> None:
        """Need these operations."""
        self._found |= {str(each["id"]): each for each in operations}

    def _newest_ones(self) -> Iterator[Document]:
        """Yield what status, the next deploy, and the numbers of the next operations go by: the newest of its kind."""
        for stage in STAGES:
            numbered = _first(self._store, "operation", {"app": self._place.app, "stage": stage})
            well = _first(self._store, "operation", self._where(stage=stage, status="success"))
            yield from (each for each in (numbered, well) if each is not None)
        for conditions in (self._where(status=FAILED), self._where(stage="release", status=FINE)):
            newest = _first(self._store, "operation", conditions)
            if newest is not None:
                yield newest

    def _add_releases(self) -> None:
        """Need the releases of what stands and those that may be live, and of the latter those before them."""
        deploys = {name: each for name, each in self._found.items() if each.get("stage") == "deploy"}
        self._add(each for each in self._releases if each.get("target") in deploys)
        self._add(self._answered())
        served = {name for name, each in deploys.items() if each.get("presence") == "released"}
        for each in self._may_be_live(served):
            self._add((each, *self._before(each)))

    def _may_be_live(self, served: set[str]) -> Iterator[Document]:
        """Yield the releases from the newest that succeeded on, and those of what has, or had, the traffic."""
        is_newer = True
        for each in self._releases:
            if is_newer or each.get("target") in served:
                yield each
            is_newer = is_newer and each["status"] != "success"

    def _answered(self) -> Iterator[Document]:
        """Yield of each releaser the newest release that it answered: its URLs hold for one that was cut off."""
        seen = []
        for each in self._releases:
            if each.get("release") is not None and each.get("plugin") not in seen:
                seen.append(each.get("plugin"))
                yield each

    def _before(self, release: Document) -> Iterator[Document]:
        """Yield the releases that rollbacks from this one go back to, and what they released."""
        seen, previous = {str(release["id"])}, release.get("previous")
        while previous is not None and (self._depth is None or len(seen) <= self._depth):
            found = next((each for each in self._releases if _made_live(each, str(previous))), None)
            if found is None or str(found["id"]) in seen:
                return
            seen.add(str(found["id"]))
            yield found
            previous = found.get("previous")

    def _follow(self) -> None:
        """Need what the needed ones point at: deployments, artifacts, what was restored, what one was the same as."""
        todo = list(self._found.values())
        while todo:
            each = todo.pop()
            for other in self._pointed_at(each):
                found = None if other in self._found else self._store.get(other)
                if found is not None and found.get("kind") == "operation":
                    self._found[other] = found
                    todo.append(found)

    def _pointed_at(self, operation: Document) -> Iterator[str]:
        """Yield the ids that an operation cannot do without."""
        names = ("build", "target", "restores", "same_as")
        yield from (str(operation[name]) for name in names if operation.get(name))
        if operation.get("stage") == "deploy" and operation.get("generation"):
            # Where a deploy in place fails, what was there before is applied again.
            same = (each for each in self._all(stage="deploy") if each.get("generation") == operation["generation"])
            before = next((each for each in same if each["status"] == "success"), None)
            yield from (str(each["id"]) for each in (before,) if each is not None)


def _slim(release: Document) -> Document:
    """Return what is asked of a release: of many, the whole would fill the memory."""
    names = ("id", "run", "stage", "status", "target", "previous", "restores", "plugin")
    return {**{name: release.get(name) for name in names}, "release": True if release.get("release") else None}


def _made_live(release: Document, deployment: str) -> bool:
    """Return whether a release is one that a rollback to that deployment restores."""
    return release.get("target") == deployment and release.get("release") is not None and release["status"] in ENDED
