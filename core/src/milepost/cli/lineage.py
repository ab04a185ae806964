"""Where a deployment comes from and what it took the place of, as the history tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from milepost.sdk.record import Operation, Run, Source

GONE = ("destroyed", "forgotten", "superseded")
"""The presences of deployments that are no longer there as they were."""


class Look(Protocol):
    """What of the history is asked here."""

    def run(self, id: str) -> Run | None:
        """Return the run of that id."""
        ...

    def operation(self, id: str) -> Operation | None:
        """Return the operation of that id."""
        ...

    def operations(
        self, where: Mapping[str, str | int | Sequence[str]], limit: int | None = None, before: str | None = None
    ) -> list[Operation]:
        """Return operations, newest first."""
        ...

    def live(self, app: str, workspace: str) -> Operation | None:
        """Return the release that is live."""
        ...


def source(deployment: Operation, look: Look) -> Source | None:
    """Return what a deployment was made of: of its build, which may be another run's, else of its run."""
    made = look.operation(deployment.build) if deployment.build else None
    if made is not None and made.source is not None:
        return made.source
    run = look.run(deployment.run)
    return run.source if run else None


def commit(deployment: Operation, look: Look) -> str:
    """Return the short commit of a deployment; empty when it is not known."""
    made_of = source(deployment, look)
    return (made_of.commit or "")[:7] if made_of else ""


def released(release: Operation, look: Look) -> Operation | None:
    """Return the deployment that a release is about."""
    return look.operation(release.target) if release.target else None


def replaced(release: Operation, look: Look) -> Operation | None:
    """Return the deployment that was live before a release; None when it was the same one, or nothing."""
    where = {"app": release.app, "workspace": release.workspace, "stage": "release"}
    earlier = (each for each in look.operations(where, limit=20, before=release.id) if each.release is not None)
    last = next(earlier, None)
    if last is None or last.target in (None, release.target) or closed(last, look):
        return None
    gone = {"target": last.target or "", "stage": "destroy", "status": "success"}
    return None if look.operations(gone, limit=1, before=release.id) else released(last, look)


def closed(release: Operation, look: Look) -> bool:
    """Return whether what a release made public was taken away on purpose since."""
    where = {"target": release.id, "stage": "destroy", "status": "success"}
    return bool(look.operations(where, limit=1))


def live(app: str, workspace: str, look: Look) -> Operation | None:
    """Return the deployment that serves as far as the history knows."""
    release = look.live(app, workspace)
    if release is None or closed(release, look):
        return None
    return released(release, look)


def way_back(release: Operation, look: Look) -> Operation | None:
    """Return the deployment that a rollback goes to, whether its objects still stand or not."""
    return look.operation(release.previous) if release.previous else None


def tasks_since(deployment: Operation, look: Look) -> Iterator[Operation]:
    """Yield the tasks that have run since a deployment, which no rollback undoes, oldest first."""
    where = {"app": deployment.app, "workspace": deployment.workspace, "stage": "task", "status": "success"}
    found = [each for each in look.operations(where, limit=50) if each.number > deployment.number]
    yield from reversed(found)
