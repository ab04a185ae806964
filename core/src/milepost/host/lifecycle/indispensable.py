"""Which artifacts must stay: those of what stands, of what rollbacks go back to, and of what is going on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from milepost.host.history.journal import STANDING, History
from milepost.host.keeping.needed import ENDED
from milepost.host.project.keep import kept_releases
from milepost.host.project.project import Project
from milepost.sdk.record import Operation
from milepost.sdk.store import Document

DEPTH = 1
"""How far back a rollback of an app goes that is no longer in the file."""


class Place(NamedTuple):
    """An app in a workspace."""

    app: str
    workspace: str


def standing(history: History) -> list[Document]:
    """Return the deploys whose objects may exist, in all apps and workspaces, brought from other histories or not."""
    return history.store.latest("operation", {"stage": "deploy", "presence": STANDING})


def indispensable(history: History, project: Project, here: Place | None) -> set[str]:
    """Return the digests that must stay, in all apps and workspaces: wherever something stands, and `here`."""
    stands = standing(history)
    places = {Place(str(each["app"]), str(each["workspace"])) for each in stands} | ({here} if here else set())
    wanted = [each for place in places for each in _of_place(history, place, _depth(project, place.app))]
    for run in history.runs({"status": "running"}):
        wanted += history.operations({"run": run.id})
    digests = {each.artifact.digest for found in wanted for each in (found, *_origins(history, found)) if each.artifact}
    return digests | {str(each["artifact"]["digest"]) for each in stands if each.get("artifact")}


def _depth(project: Project, app: str) -> int | None:
    """Return how many releases a rollback of the app may go back; None: as far as they reach."""
    block = project.apps.get(app)
    return DEPTH if block is None else kept_releases(block.body)


def _of_place(history: History, place: Place, depth: int | None) -> Iterator[Operation]:
    """Yield what stands, what the next deploy would take, and what rollbacks from what serves go back to."""
    where = {"app": place.app, "workspace": place.workspace}
    stands = history.deployments(place.app, place.workspace)
    yield from stands
    for stage in ("build", "push"):
        yield from history.operations({**where, "stage": stage, "status": "success"}, limit=1)
    live = history.live(place.app, place.workspace)
    served = {each.id for each in stands if each.presence == "released"} | ({live.target} if live else set())
    for each in served:
        yield from _before(history, where, each, depth)


def _before(history: History, where: dict[str, str], served: str | None, depth: int | None) -> Iterator[Operation]:
    """Yield the deployments that rollbacks from one that serves go back to, the last one first."""
    seen: set[str | None] = set()
    while served is not None and served not in seen and (depth is None or len(seen) < depth):
        seen.add(served)
        released = history.operations({**where, "stage": "release", "target": served, "status": ENDED})
        served = next((each.previous for each in released if each.release is not None), None)
        found = history.operation(served) if served is not None else None
        if found is not None:
            yield found


def _origins(history: History, operation: Operation) -> Iterator[Operation]:
    """Yield the push and the build that an operation's artifact came from."""
    seen = {operation.id}
    while operation.build is not None and operation.build not in seen:
        found = history.operation(operation.build)
        if found is None:
            return
        seen.add(found.id)
        yield found
        operation = found
