"""What a rollback undoes and what it leaves, as the history tells it, and what is said of an app without a way back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from milepost.host.history.journal import History
from milepost.host.project.project import Project
from milepost.sdk.record import Operation

ENDED = ("success", "error", "cancelled")
"""How a release may have ended that made something live."""


class DeadEnd(NamedTuple):
    """Why a rollback of an app leads nowhere, and what to type instead; empty when there is nothing."""

    why: str
    hint: str


def newest_releases(
    workspace: str, project: Project, history: History, number: int | None = None
) -> dict[str, Operation]:
    """Return the newest release of each app, or that of the run of that number, in the file's order."""
    # One whose check or hook failed afterwards was live all the same.
    where: dict[str, Any] = {"workspace": workspace, "stage": "release", "status": ENDED}
    if number is not None:
        where["number"] = number
    newest: dict[str, Operation] = {}
    for each in history.operations(where):
        if each.release is not None:
            newest.setdefault(each.app, each)
    return {app: newest[app] for app in project.apps if app in newest}


def undone(releases: dict[str, Operation], history: History) -> dict[str, Operation]:
    """Return those of the apps' newest releases that a rollback without a name undoes: of the run that was last."""
    origins = {app: _origin(release, history) for app, release in releases.items()}
    return {app: releases[app] for app in releases if origins[app] == max(origins.values())}


def _origin(release: Operation, history: History) -> int:
    """Return the number of the run that first made live what a release opened: a way back is no run to undo."""
    while release.restores is not None and (before := history.operation(release.restores)) is not None:
        release = before
    return release.number


def dead_end(release: Operation, history: History) -> DeadEnd:
    """Return why there is nothing before a release that is live; of a rollback, what was live until then is named."""
    first = _origin(release, history)
    before = f"nothing of {release.app} was live before #{first} in {release.workspace}"
    if release.restores is None:
        return DeadEnd(before, "")
    why = f"#{first} is live again since #{release.number}, and {before}"
    where = {"app": release.app, "workspace": release.workspace, "stage": "release", "status": ENDED}
    earlier = (each for each in history.operations(where) if each.id < release.id and each.release is not None)
    former = next((each for each in earlier if each.target != release.target), None)
    place = "" if release.workspace == "default" else f" -w {release.workspace}"
    return DeadEnd(why, f"milepost rollback {release.app} --to {former.number}{place}" if former else "")


def left(
    workspace: str, project: Project, history: History, goes: Collection[str], back_to: str | None = None
) -> Iterator[str]:
    """Yield of each app of the file that a rollback of others leaves as it is: why, and what takes it back alone."""
    releases = newest_releases(workspace, project, history)
    place = "" if workspace == "default" else f" -w {workspace}"
    why = "the run that is undone did not release it" if back_to is None else f"{back_to} did not release it"
    for app in (each for each in project.apps if each not in goes):
        release = releases.get(app)
        if release is None or history.live(app, workspace) is None:
            if history.deployments(app, workspace):
                yield f"{app} stays as it is: nothing of it is live in {workspace}"
            continue
        alone = f"milepost rollback {app}{place}" if release.previous else dead_end(release, history).hint
        way = f"alone it goes back by  {alone}" if alone else "nothing of it was live before"
        yield f"{app} stays at #{_number(release, history)}: {why}; {way}"


def _number(release: Operation, history: History) -> int:
    """Return the number of the deployment that a release opened."""
    deployment = history.operation(release.target) if release.target else None
    return deployment.number if deployment is not None else release.number
