"""Closing and pausing: stop and start what is live, close an app to traffic, destroy what was deployed."""

from __future__ import annotations

import msgspec

from milepost.host.lifecycle.behalf import done_by, start, stop
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.cleaning import clean_up
from milepost.host.lifecycle.discarding import discard
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.live import Live, find_live, last_release
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.releasing import destroy
from milepost.host.lifecycle.stepping import plain_terms, step_for
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import recorded_of
from milepost.host.plugins.faults import blame
from milepost.sdk.errors import CancelledError, MilepostError, OperationError
from milepost.sdk.record import Operation


def park_live(bench: Bench, part: Part, subject: Subject, live: Live) -> None:
    """Stop what is live; its route stays, and `start` brings it back."""
    deployment = _live(subject, live)
    record = draft(bench, part, subject, "park", label="stop", target=deployment.id)

    def work(operation: OpenOperation) -> None:
        stop(operation, subject, deployment)
        operation.result, operation.summary = "stopped", f"#{deployment.number}"

    perform(bench, record, (), hook_context(part, subject), work)


def unpark_live(bench: Bench, part: Part, subject: Subject, live: Live) -> Operation:
    """Start what is live and was stopped, or has died; return its record as it is then."""
    deployment = _live(subject, live)
    record = draft(bench, part, subject, "unpark", label="start", target=deployment.id)
    started = deployment

    def work(operation: OpenOperation) -> None:
        nonlocal started
        try:
            started = start(operation, subject, deployment, "released")
        except BaseException:
            _stop_again(operation, subject, deployment)
            raise
        operation.result, operation.summary = "started", f"#{deployment.number}"

    perform(bench, record, (), hook_context(part, subject), work)
    return started


def _stop_again(operation: OpenOperation, subject: Subject, deployment: Operation) -> None:
    """Leave one that could not be started as it was: parked ones must not run, since nobody looks after them."""
    if deployment.presence != "parked":
        return
    with operation.calm():
        try:
            stop(operation, subject, deployment)
        except MilepostError as error:
            operation.warn(f"#{deployment.number} could not be stopped again: {error}")


def _live(subject: Subject, live: Live) -> Operation:
    """Return the live deployment. Raises OperationError if nothing is live."""
    if live.deployment is None:
        raise OperationError(f"nothing of {subject.app.name} is live in {subject.workspace}", hint="milepost up")
    return live.deployment


def close_app(bench: Bench, part: Part, subject: Subject) -> None:
    """Have the releaser take the app's route away, so that nothing is public any more."""
    released = find_live(bench, subject).release or last_release(bench, subject)
    if released is None or released.plugin is None:
        return
    record = draft(bench, part, subject, "destroy", label="close", target=released.id)

    def work(operation: OpenOperation) -> None:
        worker = worker_of(bench, subject, released)
        done_by(operation, worker)
        terms = plain_terms(released)
        with step_for(bench, subject, operation, worker, terms) as step, blame(worker.entry, "closing the app"):
            worker.role.destroy(recorded_of(released, worker), step)
        operation.result = "closed"

    perform(bench, record, (), hook_context(part, subject), work)


def destroy_all(bench: Bench, part: Part, subject: Subject, ids: tuple[str, ...]) -> None:
    """Destroy the deployments, each as an operation of its own; what cannot be is tried last and raised.

    When nothing of the app stands any more, what its deployments shared goes too, and artifacts that only it needed.
    """
    failed: MilepostError | None = None
    for each in ids:
        deployment = bench.history.operation(each)
        if deployment is None or deployment.presence == "destroyed":
            continue
        if deployment.presence == "superseded":
            # Its object is a newer one's now: there is nothing of its own to remove.
            bench.history.amend(msgspec.structs.replace(deployment, presence="destroyed"))
            continue
        try:
            destroy(bench, part, subject, deployment)
        except CancelledError:
            raise
        except MilepostError as error:
            failed = error
    if failed is not None:
        raise failed
    clean_up(bench, part, subject)
    if not bench.history.deployments(subject.app.name, subject.workspace):
        discard(bench, part, subject, closed=True)
