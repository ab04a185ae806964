"""Scaling: other numbers of replicas of what is live, and no request lost on the way."""

from __future__ import annotations

from collections.abc import Callable

from milepost.host.lifecycle.behalf import Behalf, done_by
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.live import Live
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.reports import report_on
from milepost.host.lifecycle.stepping import step_for
from milepost.host.lifecycle.subject import Subject, terms_of
from milepost.host.lifecycle.workers import recorded_of
from milepost.host.plugins.faults import blame, demand
from milepost.sdk.capabilities import Scales
from milepost.sdk.deployment import Deployment
from milepost.sdk.errors import OperationError
from milepost.sdk.record import Operation


def scale(bench: Bench, part: Part, subject: Subject, live: Live, reopen: Callable[[Operation], None]) -> None:
    """Give what is live its number of replicas: the new ones are ready before `reopen` sends traffic there.

    Those that go are removed when no traffic goes there any more. Raises OperationError where it cannot be done.
    """
    replicas, deployment = part.request.choices.replicas[subject.app.name], live.deployment
    if deployment is None:
        raise OperationError(f"nothing of {subject.app.name} is live in {subject.workspace}", hint="milepost up")
    if deployment.presence == "parked":
        raise OperationError(
            f"{deployment.app}#{deployment.number} is stopped", hint=f"milepost start {deployment.app}"
        )
    changed = _changed(bench, part, subject, deployment, replicas)
    reopen(changed)
    _trim(bench, part, subject, changed, replicas)


def _changed(bench: Bench, part: Part, subject: Subject, deployment: Operation, replicas: int) -> Operation:
    """Have the platform change the number, as a recorded operation; return the deployment's record as it is then."""
    record = draft(bench, part, subject, "scale", target=deployment.id, replicas=replicas)
    changed = deployment

    def work(operation: OpenOperation) -> None:
        nonlocal changed
        ledger = Behalf(operation, deployment, "scale")
        worker = worker_of(bench, subject, deployment)
        if not isinstance(worker.role, Scales):
            hint = "set the number in its deploy block, and milepost up"
            raise OperationError(f"the platform {worker.entry.word} cannot change the number of replicas", hint=hint)
        role: Scales = worker.role
        done_by(operation, worker)
        before = operation.record.processes
        terms = terms_of(deployment, subject)
        with step_for(bench, subject, ledger, worker, terms) as step, blame(worker.entry, "scaling"):
            answer = role.scale(recorded_of(ledger.record, worker), replicas, step)
        ledger.change(deployment=demand(worker.entry, answer, Deployment, "scaling"))
        # What was started is the deployment's from here on.
        operation.change(processes=before)
        report_on(operation, subject, worker, ledger.record)
        changed = ledger.record
        operation.result, operation.summary = "scaled", f"#{deployment.number} to {replicas}"

    perform(bench, record, (), hook_context(part, subject), work)
    return changed


def _trim(bench: Bench, part: Part, subject: Subject, deployment: Operation, replicas: int) -> None:
    """Have the platform remove the replicas that no longer get traffic, as a recorded operation."""
    record = draft(bench, part, subject, "scale", label="trim", target=deployment.id, replicas=replicas)

    def work(operation: OpenOperation) -> None:
        current = bench.history.operation(deployment.id) or deployment
        ledger = Behalf(operation, current, "scale")
        worker = worker_of(bench, subject, current)
        role: Scales = worker.role
        done_by(operation, worker)
        terms = terms_of(current, subject)
        with step_for(bench, subject, ledger, worker, terms) as step, blame(worker.entry, "removing replicas"):
            role.trim(recorded_of(ledger.record, worker), step)
        operation.result = "trimmed"

    perform(bench, record, (), hook_context(part, subject), work)
