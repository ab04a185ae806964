"""Questions about what is there: asked of the plugins that made it, with nothing written and a limit on each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from milepost.host.assembly import Host
from milepost.host.cancel import Cancel
from milepost.host.clock import system_clock
from milepost.host.history.ref import resolve_operation
from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench, Reuse
from milepost.host.lifecycle.elsewhere import elsewhere, machines, refuse_asking
from milepost.host.lifecycle.live import Live, ask_health, ask_public, find_live, inquiry, recorded_live
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.stand import Stand, bench_of
from milepost.host.lifecycle.trials import split
from milepost.host.lifecycle.workers import recorded_of
from milepost.host.plugins.faults import blame
from milepost.host.recalling import Recall, recaller
from milepost.host.rounds import in_time
from milepost.sdk.capabilities import LogLine, Logs
from milepost.sdk.deployment import Health
from milepost.sdk.errors import HistoryError, MilepostError, OperationError
from milepost.sdk.record import Operation, Run
from milepost.sdk.store import Document

NOT_ASKED = Health(name="unknown")


@dataclass(frozen=True, kw_only=True)
class AppStatus:
    """An app in a workspace, as it is now."""

    app: str
    live: Operation | None = None
    """The deploy that is live."""
    release: Operation | None = None
    run: Run | None = None
    """The run that released it."""
    health: Health = NOT_ASKED
    """How its platform says it is."""
    public: Health | None = None
    """How its releaser says the public sees it."""
    urls: tuple[str, ...] = ()
    kept: tuple[Operation, ...] = ()
    """The deployments that a rollback can go back to, the last one first."""
    staged: tuple[Operation, ...] = ()
    """Those that are newer than the live one, and were not released."""
    trials: tuple[tuple[Operation, int], ...] = ()
    """The deployments that get a part of the traffic besides the live one, each with its percentage."""
    failed: Operation | None = None
    """The newest operation that failed since."""
    note: str = ""
    """What could not be asked, and why."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceStatus:
    """All apps of a workspace, as they are now."""

    project: str
    workspace: str
    apps: tuple[AppStatus, ...]
    locks: Mapping[str, Document]
    at: datetime
    interrupted: tuple[Operation | Run, ...]


def quiet_bench(host: Host) -> Bench:
    """Return a bench on which nothing is told to anybody."""
    stand = Stand(
        environment=host.environment,
        cwd=host.folder,
        path=host.path,
        emit=lambda event: None,
        cancel=Cancel(),
        only_asks=True,
    )
    return dataclasses.replace(bench_of(stand, host.project, host.store), reuse=Reuse())


def status(
    host: Host,
    workspace: str,
    apps: tuple[str, ...] = (),
    *,
    recorded: bool = False,
    limit: float = 5.0,
    bench: Bench | None = None,
) -> WorkspaceStatus:
    """Return how the apps are: as their platforms and releasers say within `limit` seconds, or as recorded.

    With a quiet `bench`, what was made there for other questions is used again.
    """
    bench = bench or quiet_bench(host)
    named = apps or tuple(host.project.apps)
    answers: dict[str, AppStatus] = {}
    recall = None if recorded else recaller(host, workspace, bench)
    notes: dict[str, str] = {}

    def ask(app: str, cancel: Cancel) -> None:
        try:
            answers[app] = _app_status(bench, recall, app, workspace)
        except Exception as error:  # one that cannot be asked must not keep the others from being told
            notes[app] = f"cannot be asked: {error or type(error).__name__}"

    in_time([partial(ask, app) for app in named], limit)
    late = f"gave no answer within {limit:g} s"
    answered = dict(answers)
    silent = {app: AppStatus(app=app, note=notes.get(app, late)) for app in named if app not in answered}
    return WorkspaceStatus(
        project=host.project.name,
        workspace=workspace,
        apps=tuple(answered.get(app) or _recalled(bench, workspace, silent[app]) for app in named),
        locks=host.store.locks(),
        at=system_clock(),
        interrupted=tuple(bench.history.interrupted(workspace)),
    )


def _app_status(bench: Bench, recall: Recall | None, app: str, workspace: str) -> AppStatus:
    """Return how one app is; a plugin that cannot be asked is a note, and with no `recall` nobody is asked."""
    if recall is None:
        return _told(bench, workspace, AppStatus(app=app), None)
    if away := elsewhere(bench, app, workspace):
        return _told(bench, workspace, AppStatus(app=app, note=f"on {machines(away)}, not asked from here"), None)
    about = recall(app)
    try:
        live = find_live(bench, about)
    except MilepostError as error:
        note, live = bench.masker.text(str(error)), recorded_live(bench, app, workspace)
    else:
        note = ""
    if live.deployment is None:
        return _told(bench, workspace, AppStatus(app=app, note=note), live)
    health = ask_health(bench, about, live.deployment)
    public = ask_public(bench, about, live)
    answer = AppStatus(app=app, health=health, public=public, note=note, trials=_trials(bench, about, live))
    return _told(bench, workspace, answer, live)


def _trials(bench: Bench, about: About, live: Live) -> tuple[tuple[Operation, int], ...]:
    """Return what gets a part of the traffic besides what is live."""
    shares = ((bench.history.operation(each), percent) for each, percent in split(bench, about, live).items())
    return tuple((found, percent) for found, percent in shares if found is not None)


def _recalled(bench: Bench, workspace: str, silent: AppStatus) -> AppStatus:
    """Return an app that could not be asked with what the history knows, where this milepost understands that."""
    try:
        return _told(bench, workspace, silent, None)
    except HistoryError as error:
        return dataclasses.replace(silent, note=f"cannot be told: {error}")


def _told(bench: Bench, workspace: str, answer: AppStatus, live: Live | None) -> AppStatus:
    """Return an answer with what the history knows besides; without `live`, what that says is live."""
    app, found = answer.app, live or recorded_live(bench, answer.app, workspace)
    release = found.release.release if found.release else None
    standing = bench.history.deployments(app, workspace)
    return dataclasses.replace(
        answer,
        live=found.deployment,
        release=found.release,
        run=bench.history.run(found.release.run) if found.release else None,
        urls=release.urls if release else (),
        kept=tuple(each for each in standing if _can_go_back_to(each, found)),
        staged=tuple(each for each in standing if _is_staged(each, found)),
        failed=_failed_since(bench, app, workspace, found),
    )


def _can_go_back_to(deployment: Operation, live: Live) -> bool:
    """Return whether a deployment is kept for a rollback."""
    if live.deployment is None or deployment.id == live.deployment.id:
        return False
    return deployment.status == "success" and deployment.presence in ("parked", "released")


def _is_staged(deployment: Operation, live: Live) -> bool:
    """Return whether a deployment waits for its release."""
    newer = live.deployment is None or deployment.id > live.deployment.id
    return newer and deployment.status == "success" and deployment.presence in ("staged", "prepared")


def _failed_since(bench: Bench, app: str, workspace: str, live: Live) -> Operation | None:
    """Return the newest operation that failed since the app was last released, or found to be as it should be."""
    where = {"app": app, "workspace": workspace, "status": ("error", "interrupted", "refused", "cancelled")}
    newest = next(iter(bench.history.operations(where, limit=1)), None)
    fine = {"app": app, "workspace": workspace, "stage": "release", "status": ("success", "unchanged")}
    since = [*bench.history.operations(fine, limit=1), *([live.release] if live.release else [])]
    if newest is None or any(newest.id < each.id for each in since):
        return None
    return newest


def deployment_of(host: Host, bench: Bench, about: About, ref: str | None) -> Operation:
    """Return the live deployment, or the one that a REF names. Raises RefusedError for one on another machine."""
    refuse_asking(bench, about)
    if ref is None:
        found = find_live(bench, about).deployment
        if found is None:
            raise OperationError(f"nothing of {about.name} is live in {about.workspace}", hint="milepost up")
        return found
    document = resolve_operation(host.store, ref, about.workspace, "deploy", about.name)
    deployment = bench.history.operation(str(document["id"]))
    assert deployment is not None
    return deployment


def logs(
    host: Host, workspace: str, app: str, *, ref: str | None = None, follow: bool, tail: int | None
) -> Iterator[LogLine]:
    """Yield what a deployment prints, without the project's secrets: the live one, or that of `ref`."""
    from milepost.host.lifecycle.hiding import errors_hidden, hide_variables  # noqa: PLC0415 - status does without
    from milepost.host.subjects import app_subject  # noqa: PLC0415 - see above

    bench = quiet_bench(host)
    subject = app_subject(host, bench, app, workspace)
    hide_variables(bench, subject)
    deployment = deployment_of(host, bench, subject, ref)
    worker = worker_of(bench, subject, deployment)
    if not isinstance(worker.role, Logs):
        raise OperationError(f"the platform {worker.entry.word} has no logs")
    asked = inquiry(bench, subject, worker, deployment)
    with errors_hidden(bench.masker), asked as step, blame(worker.entry, "reading logs"):
        for line in worker.role.logs(recorded_of(deployment, worker), step, follow=follow, tail=tail):
            yield msgspec.structs.replace(line, text=bench.masker.text(line.text))
