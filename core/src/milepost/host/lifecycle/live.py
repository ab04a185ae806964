"""What is live: what the releaser answers, and the history where nobody can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.printing import transcript_of
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.stepping import Terms, plain_terms, step_for
from milepost.host.lifecycle.workers import Worker, recorded_of
from milepost.host.mask import Masker
from milepost.host.plugins.faults import blame, demand
from milepost.host.step import HostStep
from milepost.sdk.deployment import Health
from milepost.sdk.errors import MilepostError
from milepost.sdk.record import Operation

GONE = ("destroyed", "forgotten", "superseded")
"""The presences of a deployment that can never be released again."""

PAGE = 5
"""How many releases are read at a time."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """The deployment of an app that has the traffic, and the release that gave it; both None when nothing is live."""

    deployment: Operation | None = None
    release: Operation | None = None
    traffic: str | None = None
    """The deploy of ours that the releaser names, even where its objects are gone by now."""


def find_live(bench: Bench, about: About) -> Live:
    """Return what is live, as the releaser that last released it says.

    An interrupted release that turns out to be current is marked so in the history, and counts.
    """
    current = next(_answers(bench, about), None)
    deployment = bench.history.operation(current) if current is not None else None
    if deployment is None:
        return Live()
    if deployment.presence in GONE:
        return Live(traffic=deployment.id)
    return Live(deployment=deployment, release=_release_of(bench, about, deployment.id), traffic=deployment.id)


def recorded_live(bench: Bench, app: str, workspace: str) -> Live:
    """Return what is live as the history says, nobody asked."""
    release = bench.history.live(app, workspace)
    target = bench.history.operation(release.target) if release and release.target else None
    return Live(deployment=target, release=release)


def _answers(bench: Bench, about: About) -> Iterator[str | None]:
    """Yield what is live, as the releases tell it, the newest first; the first answer counts."""
    for release in _releases(bench, about):
        current = release.target if release.plugin is None else ask_current(bench, about, release)
        # One that did not come to its end may have moved nothing, and then its releaser may know of nothing.
        if release.release is not None or current is not None:
            yield current


def last_release(bench: Bench, about: About) -> Operation | None:
    """Return the newest release that may have changed what is live."""
    return next(_releases(bench, about), None)


def _releases(bench: Bench, about: About) -> Iterator[Operation]:
    """Yield the releases that may have changed what is live, newest first."""
    where = {
        "app": about.name,
        "workspace": about.workspace,
        "stage": "release",
        "status": ("success", "interrupted", "error", "cancelled", "running"),
    }
    before = None
    # Most often the first one tells.
    while page := bench.history.operations(where, limit=PAGE, before=before):
        before = page[-1].id
        # One that failed or was cut off may have moved the traffic, which only a releaser can tell.
        yield from (each for each in page if each.release is not None or each.plugin is not None)


def _was_cut(bench: Bench, release: Operation) -> bool:
    """Return whether a release was interrupted, be it written down already or not."""
    return release.status == "interrupted" or (release.status == "running" and not bench.history.lives(release))


def _release_of(bench: Bench, about: About, deployment: str) -> Operation | None:
    """Return the release that made a deployment live; one that was interrupted is marked as a success now."""
    found = bench.history.operations(
        {"app": about.name, "workspace": about.workspace, "stage": "release", "target": deployment}
    )
    done = next((each for each in found if each.status in ("success", "error", "cancelled")), None)
    cut = next((each for each in found if _was_cut(bench, each)), None)
    if cut is not None and (done is None or cut.id > done.id):
        note = "it was interrupted, and found to be live afterwards"
        done = msgspec.structs.replace(cut, status="success", warnings=(*cut.warnings, note))
        done = _with_answer(bench, done)
        # What it had started is ended before its end is written, by the next run.
        if cut.status == "interrupted" and not bench.only_asks:
            bench.history.amend(done)
    return None if done is None else _with_answer(bench, done)


def _with_answer(bench: Bench, cut: Operation) -> Operation:
    """Return a release that may not have come to its answer, with that of the one before: its URLs still hold."""
    where = {"app": cut.app, "workspace": cut.workspace, "stage": "release"}
    for each in bench.history.operations(where) if cut.release is None else ():
        if each.release is not None and each.plugin == cut.plugin:
            return msgspec.structs.replace(cut, release=msgspec.structs.replace(each.release, drain_until=None))
    return cut


def ask_current(bench: Bench, about: About, release: Operation) -> str | None:
    """Return the id of the deployment that the releaser of a recorded release sends the traffic to."""
    worker = worker_of(bench, about, release)
    with inquiry(bench, about, worker, release) as step, blame(worker.entry, "answering what is live"):
        current = worker.role.current(step)
    return None if current is None else demand(worker.entry, current, str, "answering what is live")


def ask_health(bench: Bench, about: About, deployment: Operation) -> Health:
    """Return how a deployment is now, as its platform says; `unknown` when the platform cannot be asked."""
    try:
        worker = worker_of(bench, about, deployment)
        with inquiry(bench, about, worker, deployment) as step:
            return health_of(worker, deployment, step)
    except MilepostError as error:
        return Health(name="unknown", message=bench.masker.text(str(error)))


def health_of(worker: Worker[Any], deployment: Operation, step: HostStep) -> Health:
    """Return how a deployment is, as its worker says; `unknown` when that cannot be told."""
    return _told(worker, deployment, step, "telling the health")


def ask_public(bench: Bench, about: About, live: Live) -> Health | None:
    """Return how the releaser says that the public sees what is live; None where there is no releaser."""
    release = live.release
    if release is None or release.plugin is None:
        return None
    try:
        worker = worker_of(bench, about, release)
        with inquiry(bench, about, worker, release) as step:
            return public_of(worker, release, step)
    except MilepostError as error:
        return Health(name="unknown", message=bench.masker.text(str(error)))


def public_of(worker: Worker[Any], release: Operation, step: HostStep) -> Health:
    """Return how the public sees a release, as its worker says; `unknown` when that cannot be told."""
    return _told(worker, release, step, "telling the status")


def _told(worker: Worker[Any], operation: Operation, step: HostStep, doing: str) -> Health:
    """Return what a worker says of what it made, without secrets."""
    try:
        with blame(worker.entry, doing):
            told = worker.role.status(recorded_of(operation, worker), step)
        health = demand(worker.entry, told, Health, doing)
    except MilepostError as error:
        health = Health(name="unknown", message=str(error))
    return _masked(health, step.masker)


def _masked(health: Health, masker: Masker) -> Health:
    """Return a health without secrets."""
    replace, mask = msgspec.structs.replace, masker.text
    replicas = tuple(replace(each, message=mask(each.message)) for each in health.replicas)
    warnings = tuple(mask(each) for each in health.warnings)
    return replace(health, message=mask(health.message), replicas=replicas, warnings=warnings)


class Inquiry(OpenOperation):
    """The ledger of a step that only asks: what it is told is shown, and nothing is written down."""

    only_asks = True

    def __init__(self, bench: Bench, record: Operation) -> None:
        super().__init__(bench, record)
        self.stage = "status"
        self.transcript = transcript_of(bench, record, keeps=False)

    def change(self, *along: Operation, **fields: Any) -> None:
        """Keep the change in memory alone."""
        self.record = msgspec.structs.replace(self.record, **fields)


@contextmanager
def inquiry(
    bench: Bench, about: About, worker: Worker[Any], operation: Operation, terms: Terms | None = None
) -> Iterator[HostStep]:
    """Yield a step that only asks about a recorded operation; without `terms`, no secret is read."""
    asked = Inquiry(bench, operation)
    try:
        with step_for(bench, about, asked, worker, terms or plain_terms(operation)) as step:
            yield step
    finally:
        asked.transcript.close()
