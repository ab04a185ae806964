"""Pruning: what is destroyed after a release, and what never is."""

from __future__ import annotations

from datetime import datetime

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.discarding import discard
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.releasing import destroy
from milepost.host.lifecycle.subject import Subject
from milepost.sdk.errors import CancelledError, MilepostError, ProjectFileError
from milepost.sdk.events import Warned
from milepost.sdk.record import Operation


def prune(bench: Bench, part: Part, subject: Subject, live: Operation) -> None:
    """Destroy what is no longer wanted, and artifacts too; a failure is a warning, since the release has succeeded."""
    deployments = bench.history.deployments(subject.app.name, subject.workspace)
    releases = bench.history.operations(
        {"app": subject.app.name, "workspace": subject.workspace, "stage": "release", "status": ("success", "error")}
    )
    try:
        keep = subject.settings().keep_releases
    except ProjectFileError as error:
        bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=f"nothing old was destroyed: {error}"))
        return
    for each in superfluous(deployments, releases, live, keep, bench.clock()):
        try:
            destroy(bench, part, subject, each)
        except CancelledError:
            raise
        except MilepostError as error:
            text = f"#{each.number} could not be destroyed: {error}"
            bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))
    discard(bench, part, subject)


def superfluous(
    deployments: list[Operation], releases: list[Operation], live: Operation, keep: int, now: datetime
) -> list[Operation]:
    """Return the deployments to destroy, oldest first.

    Kept are the live one, the `keep` released last before it, those staged after it, and those that
    may still answer requests that had begun.
    """
    last_release = {each.target: each for each in reversed(releases) if each.release is not None}
    others = [each for each in deployments if each.id != live.id]
    former = sorted(
        (each for each in others if each.id in last_release), key=lambda each: last_release[each.id].id, reverse=True
    )
    kept = {each.id for each in former[:keep]}
    busy = {each.previous for each in releases if _drains(each, now)}
    newer = {each.id for each in others if each.id > live.id and each.status in ("success", "running")}
    keepers = kept | busy | newer
    return sorted((each for each in others if each.id not in keepers), key=lambda each: each.id)


def draining(bench: Bench, subject: Subject) -> set[str | None]:
    """Return the deployments that may still answer requests that had begun."""
    releases = bench.history.operations(
        {"app": subject.app.name, "workspace": subject.workspace, "stage": "release"}, limit=5
    )
    return {each.previous for each in releases if _drains(each, bench.clock())}


def _drains(release: Operation, now: datetime) -> bool:
    """Return whether what this release replaced has not had its time to drain."""
    answer = release.release
    return answer is not None and answer.drain_until is not None and answer.drain_until > now
