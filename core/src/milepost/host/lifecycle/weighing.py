"""Weighing: a part of the traffic goes to a staged deployment for a trial, which a release or an abort ends.

What is live stays live: a weighing is an operation of its own stage, and no rollback goes back to one.
"""

from __future__ import annotations

from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.live import Live, ask_health
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.releasing import Opening, as_released
from milepost.host.lifecycle.stepping import step_for
from milepost.host.lifecycle.subject import Subject, terms_of
from milepost.host.lifecycle.trials import on_trial
from milepost.host.lifecycle.workers import Worker, config_document
from milepost.host.plugins.faults import blame, demand
from milepost.sdk.capabilities import Splits, Weighs
from milepost.sdk.deployment import Release
from milepost.sdk.errors import NotReadyError, OperationError, RefusedError
from milepost.sdk.events import Decided
from milepost.sdk.record import Operation


def weigh(bench: Bench, part: Part, subject: Subject, opening: Opening, weight: int) -> None:
    """Send `weight` percent of the traffic to the deployment, as a recorded operation."""
    worker, deployment, live = opening.releaser, opening.deployment, _replaced(subject, opening)
    if worker is None or not isinstance(worker.role, Weighs):
        raise OperationError(f"{_called(worker)} cannot send a part of the traffic", hint="milepost release")
    _demand_ready(bench, subject, deployment)
    role: Weighs = worker.role
    record = _draft(bench, part, subject, worker, target=deployment.id, previous=live.id, weight=weight)

    def work(operation: OpenOperation) -> None:
        terms = terms_of(deployment, subject)
        with step_for(bench, subject, operation, worker, terms) as step, blame(worker.entry, "weighing"):
            answer = role.weigh(as_released(deployment), live.id, weight, step)
        operation.change(release=demand(worker.entry, answer, Release, "weighing"))
        operation.result = f"{weight} %"
        operation.summary = f"to #{deployment.number}, {100 - weight} % to #{live.number}"

    perform(bench, record, (), hook_context(part, subject), work)


def abort(bench: Bench, part: Part, subject: Subject, live: Live) -> None:
    """Send all traffic to what is live again, as a recorded operation; the one on trial stays staged."""
    worker = _splitter(bench, subject, live)
    role: Splits = worker.role
    tried = next(iter(on_trial(bench, subject, live)), None)
    record = _draft(bench, part, subject, worker, target=tried, previous=live.traffic, weight=0)

    def work(operation: OpenOperation) -> None:
        with (
            step_for(bench, subject, operation, worker, _terms(subject, live)) as step,
            blame(worker.entry, "aborting"),
        ):
            role.abort(step)
        operation.result = "aborted" if tried else "nothing to abort"
        operation.summary = f"all traffic goes to #{live.deployment.number}" if live.deployment else ""

    perform(bench, record, (), hook_context(part, subject), work)


def tried(bench: Bench, subject: Subject, live: Live) -> str:
    """Return the deployment that gets a part of the traffic now. Raises OperationError when none does."""
    found = next(iter(on_trial(bench, subject, live)), None)
    if found is None:
        raise OperationError(
            f"all traffic of {subject.app.name} in {subject.workspace} goes to one deployment: nothing to finish",
            hint=f"milepost release {subject.app.name} --weight 10",
        )
    return found


def tell_end(bench: Bench, subject: Subject, opening: Opening) -> None:
    """Say which trial a release ends that is of another deployment."""
    for tried, percent in on_trial(bench, subject, opening.live).items():
        other = bench.history.operation(tried)
        if other is not None and other.id != opening.deployment.id:
            text = f"this ends the trial of #{other.number}, which got {percent} % of the traffic"
            bench.emit(Decided(at=bench.clock(), app=subject.app.name, text=text))


def _replaced(subject: Subject, opening: Opening) -> Operation:
    """Return what keeps the rest of the traffic. Raises OperationError when there is nothing, or it is the same."""
    live = opening.live.deployment
    if live is None:
        raise OperationError(
            f"nothing of {subject.app.name} is live in {subject.workspace} that could keep the rest of the traffic",
            hint="milepost release",
        )
    if live.id == opening.deployment.id:
        raise OperationError(
            f"{live.app}#{live.number} is live already: all traffic goes there", hint=f"milepost deploy {live.app}"
        )
    return live


def _demand_ready(bench: Bench, subject: Subject, deployment: Operation) -> None:
    """Raise unless the deployment runs and is ready."""
    if deployment.presence in ("prepared", "parked"):
        raise RefusedError(
            f"{deployment.app}#{deployment.number} is {deployment.presence}: only one that runs beside what is live "
            "can get a part of the traffic",
            hint="milepost release, which starts it and sends all of it",
        )
    health = ask_health(bench, subject, deployment)
    if health.name != "ready":
        why = f"{deployment.app}#{deployment.number} is {health.name}: {health.message}".rstrip(": ")
        raise NotReadyError(why, hint=f"milepost logs {deployment.app}#{deployment.number}")


def _splitter(bench: Bench, subject: Subject, live: Live) -> Worker[Any]:
    """Return the releaser of what is live. Raises OperationError when it has no traffic to put together again."""
    if live.release is None or live.release.plugin is None:
        raise OperationError(f"no traffic of {subject.app.name} is directed in {subject.workspace}: nothing to abort")
    worker = worker_of(bench, subject, live.release)
    if not isinstance(worker.role, Splits):
        raise OperationError(f"{_called(worker)} cannot send a part of the traffic: there is nothing to abort")
    return worker


def _terms(subject: Subject, live: Live) -> Any:
    """Return the terms of what is live."""
    assert live.deployment is not None
    return terms_of(live.deployment, subject)


def _called(worker: Worker[Any] | None) -> str:
    """Return what people know a releaser by."""
    return f"the releaser {worker.entry.word}" if worker is not None else "what has no releaser"


def _draft(bench: Bench, part: Part, subject: Subject, worker: Worker[Any], **fields: Any) -> Operation:
    """Return the record with which it begins."""
    return draft(bench, part, subject, "weigh", plugin=worker.stamp, config=config_document(bench, worker), **fields)
