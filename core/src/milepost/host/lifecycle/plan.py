"""From a request to a plan: which apps, in which order, through which phases, with which goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from milepost.host.history.journal import STANDING, History
from milepost.host.history.ref import resolve_operation, resolve_run
from milepost.host.lifecycle.goal import Goal, Phase
from milepost.host.lifecycle.going_back import newest_releases, undone
from milepost.host.lifecycle.understanding import refuse_not_understood
from milepost.host.project.project import Project
from milepost.sdk.errors import OperationError, RefusedError, UnknownNameError, UsageError
from milepost.sdk.record import Operation
from milepost.sdk.request import Request
from milepost.sdk.store import Document

PHASES_OF: Mapping[str, tuple[Phase, ...]] = {
    "up": ("build", "task", "deploy", "release"),
    "build": ("build",),
    "deploy": ("task", "deploy"),
    "release": ("deploy", "release"),
    "redeploy": ("task", "deploy", "release"),
    "restart": ("deploy", "release"),
    "stop": ("release",),
    "start": ("release",),
    "scale": ("release",),
    "rollback": ("deploy", "release"),
    "promote": ("build", "task", "deploy", "release"),
    "destroy": ("destroy",),
    "adopt": ("deploy",),
}

BRINGING = ("up", "promote", "redeploy")
"""What deploys and releases in one run."""

BACKWARDS = ("destroy", "stop")
"""What takes the dependents before what they depend on."""


@dataclass(frozen=True, kw_only=True)
class AppPlan:
    """What is to be done for one app."""

    app: str
    phases: tuple[Phase, ...]
    goal: Goal = field(default_factory=Goal)
    waits_for: frozenset[str] = frozenset()
    """The apps of this run that must have done a phase before this one begins it."""
    wave: int = 0
    """What comes after the builds is done wave by wave: nothing of what a later one depends on was live before."""


def plan(request: Request, project: Project, history: History) -> tuple[AppPlan, ...]:
    """Return the plans of all apps that the request is about. Raises UsageError, UnknownNameError, RefusedError."""
    goals = _goals(request, project, history)
    apps = tuple(goals)
    givers = _givers(request, project, apps)
    run = (*(each.app for each in givers), *apps)
    refuse_not_understood(history.store, request.workspace, run)
    phases = PHASES_OF[request.verb]
    waves = _waves(request, project, history, apps)
    plans = [
        AppPlan(
            app=app,
            phases=phases,
            goal=goals[app],
            waits_for=_waits(request, project, app, run),
            wave=waves.get(app, 0),
        )
        for app in apps
    ]
    if request.verb == "up":
        _demand_dependencies(request, project, history, apps)
    return (*givers, *plans)


def _goals(request: Request, project: Project, history: History) -> dict[str, Goal]:
    """Return the apps and what is to be done with each."""
    if request.orphans:
        # Of apps that are known by what was found of them, and may be in no file or record.
        return {app: Goal() for app in request.apps}
    match request.verb:
        case "rollback":
            return _back(request, project, history)
        case "promote":
            return _promoted(request, project, history)
        case "destroy":
            return _destroyed(request, project, history)
        case "release" | "deploy" if request.target or request.artifact:
            return _aimed(request, project, history)
    return {app: Goal() for app in _chosen(request, project)}


def _chosen(request: Request, project: Project) -> tuple[str, ...]:
    """Return the apps that were named, in the file's order; all where none was."""
    for name in request.apps:
        if name not in project.apps:
            raise UnknownNameError("app", name, tuple(project.apps))
    wanted = set(request.apps or project.apps)
    if request.choices.with_dependencies:
        wanted |= _upwards(project, wanted)
    return tuple(name for name in project.apps if name in wanted)


def _upwards(project: Project, apps: Iterable[str]) -> set[str]:
    """Return all that the apps depend on, however far."""
    found: set[str] = set()
    todo = list(apps)
    while todo:
        for name in _needs(project, todo.pop()):
            # What goes by records may have a name in today's file that nothing has.
            if name not in found and name in project.apps:
                found.add(name)
                todo.append(name)
    return found


def _needs(project: Project, app: str) -> tuple[str, ...]:
    """Return what an app depends on; nothing, for one that is destroyed and has left the file."""
    return project.apps[app].depends_on if app in project.apps else ()


def _waits(request: Request, project: Project, app: str, apps: tuple[str, ...]) -> frozenset[str]:
    """Return which of the run's apps come before this one in each phase."""
    if request.verb in BACKWARDS:
        after = frozenset(each for each in apps if app in _upwards(project, (each,)))
        return after - _upwards(project, (app,))
    if request.orphans:
        return frozenset()
    block = project.apps[app].build
    giver = {block.from_app} if block is not None and block.from_app is not None else set()
    needed = (_upwards(project, (app,)) | giver) & set(apps)
    # In a circle, which only what goes by records can meet, nobody waits.
    return frozenset(each for each in needed if app not in _upwards(project, (each,)))


def _waves(request: Request, project: Project, history: History, apps: tuple[str, ...]) -> dict[str, int]:
    """Return in which wave each app goes: after what it depends on, where nothing of that is live yet.

    An app cannot become ready beside a database that its own run is to start at the end.
    """
    if not {"deploy", "release"} <= set(PHASES_OF[request.verb]) or request.verb not in BRINGING:
        return {}
    new = {app for app in apps if history.live(app, request.workspace) is None}
    waves = dict.fromkeys(apps, 0)
    for _ in apps:  # as often as the longest way can be; a circle, which the file may not have, ends too
        for app in apps:
            needed = [name for name in _needs(project, app) if name in waves]
            waves[app] = max([waves[app], *(waves[name] + (name in new) for name in needed)])
    return waves


def _givers(request: Request, project: Project, apps: tuple[str, ...]) -> tuple[AppPlan, ...]:
    """Return plans for the apps that are only built, since another one uses their artifact."""
    if "build" not in PHASES_OF[request.verb] or request.verb == "promote":
        return ()
    blocks = (project.apps[app].build for app in apps)
    named = {block.from_app for block in blocks if block is not None and block.from_app is not None}
    return tuple(AppPlan(app=app, phases=("build",)) for app in sorted(named - set(apps)))


def _demand_dependencies(request: Request, project: Project, history: History, apps: tuple[str, ...]) -> None:
    """Raise RefusedError unless what the apps depend on is live, or is part of the run."""
    for app in apps:
        for name in project.apps[app].depends_on:
            if name not in apps and history.live(name, request.workspace) is None:
                raise RefusedError(
                    f"{app} depends on {name}, of which nothing is live in {request.workspace}",
                    hint=f"milepost up {app} --with-dependencies",
                )


def _back(request: Request, project: Project, history: History) -> dict[str, Goal]:
    """Return the apps of the last run that released something, or those of the run to go back to."""
    back_to = None
    if request.target is not None:
        back_to = int(_ours(resolve_run(history.store, request.target, request.workspace))["number"])
    if request.apps:
        return {app: Goal(back_to=back_to) for app in _chosen(request, project)}
    releases = newest_releases(request.workspace, project, history, back_to)
    if not releases:
        raise OperationError(f"nothing was released in {request.workspace} yet", hint="milepost history")
    if back_to is not None:
        return {app: Goal(back_to=back_to) for app in project.apps if app in releases}
    last = undone(releases, history)
    some = any(release.previous for release in last.values())
    return {app: Goal(may_stay=some and not release.previous) for app, release in last.items()}


def _promoted(request: Request, project: Project, history: History) -> dict[str, Goal]:
    """Return the apps whose artifacts the run made, each with that artifact."""
    if request.target is None:
        raise UsageError("promote needs a run", hint="milepost promote last --to WORKSPACE")
    run = resolve_run(history.store, request.target, request.workspace)
    made = history.operations({"run": str(run["id"]), "stage": ("build", "push"), "status": "success"})
    newest: dict[str, Operation] = {}
    for each in made:
        if each.artifact is not None:
            newest.setdefault(each.app, each)
    apps = [app for app in _chosen(request, project) if app in newest]
    if not apps:
        raise OperationError(f"run #{run['number']} made no artifact", hint=f"milepost show {run['number']}")
    return {app: Goal(artifact_of=newest[app].id, copy=True) for app in apps}


def _destroyed(request: Request, project: Project, history: History) -> dict[str, Goal]:
    """Return the apps that go as a whole, or the one deployment that was named."""
    if request.target is None:
        departed = departed_apps(request, project, history)
        named = msgspec.structs.replace(request, apps=tuple(app for app in request.apps if app not in departed))
        chosen = _chosen(named, project) if named.apps or not request.apps else ()
        return {app: Goal(close=True) for app in (*chosen, *departed)}
    found = _ours(resolve_operation(history.store, request.target, request.workspace, "deploy", None))
    return {str(found["app"]): Goal(destroy=(str(found["id"]),))}


def departed_apps(request: Request, project: Project, history: History) -> tuple[str, ...]:
    """Return the apps to destroy that are no longer in the file, and of which something may still stand."""
    where = {"workspace": request.workspace, "stage": "deploy", "presence": STANDING}
    standing = dict.fromkeys(each.app for each in history.operations(where))
    wanted = request.apps or tuple(standing)
    return tuple(app for app in standing if app in wanted and app not in project.apps)


def _aimed(request: Request, project: Project, history: History) -> dict[str, Goal]:
    """Return the goal of a release or deploy of something that was named."""
    if request.verb == "release":
        assert request.target is not None
        app = request.apps[0] if len(request.apps) == 1 else None
        found = _ours(resolve_operation(history.store, request.target, request.workspace, "deploy", app))
        return {str(found["app"]): Goal(release=str(found["id"]))}
    assert request.artifact is not None
    made: dict[str, Goal] = {}
    for app in _chosen(request, project):
        origin = _artifact(history, request.artifact, request.workspace, app)
        made[app] = Goal(artifact_of=origin)
    return made


def _artifact(history: History, ref: str, workspace: str, app: str) -> str:
    """Return the id of the push, or else the build, that a REF names for an app."""
    try:
        return str(resolve_operation(history.store, ref, workspace, "push", app)["id"])
    except UnknownNameError:
        return str(resolve_operation(history.store, ref, workspace, "build", app)["id"])


def _ours(document: Document) -> Document:
    """Return what a REF names. Raises RefusedError for what another store's run made: it is nothing that is here."""
    if document.get("store"):
        raise RefusedError(
            f"#{document['number']}@{document['store']} was brought from {document['store']}: "
            "what it made is not this history's to release, destroy or go back to",
            hint="promote takes the artifacts of such a run",
        )
    return document
