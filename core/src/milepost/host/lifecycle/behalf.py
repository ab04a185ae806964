"""Working on a deployment that an earlier operation made: its state goes to its own record, the rest to ours."""

from __future__ import annotations

from typing import Any

from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.reports import report_on
from milepost.host.lifecycle.stepping import NOTHING, Told, plain_terms, step_for
from milepost.host.lifecycle.subject import Subject, terms_of
from milepost.host.lifecycle.workers import Worker, config_document, recorded_of
from milepost.host.plugins.faults import blame, demand
from milepost.sdk.capabilities import Parks
from milepost.sdk.deployment import Deployment
from milepost.sdk.errors import OperationError
from milepost.sdk.record import Operation, Presence
from milepost.sdk.step import Stream

ON_BEHALF = ("park", "unpark", "destroy", "scale")
"""The stages whose plugin is that of the deployment they act on."""


class Behalf(OpenOperation):
    """The ledger of a deployment while another operation works on it."""

    def __init__(self, current: OpenOperation, deployment: Operation, stage: str) -> None:
        super().__init__(current.bench, deployment)
        self.current, self.stage = current, stage

    def evidence(self, title: str, text: str) -> None:
        """Keep it with the operation that goes on."""
        self.current.evidence(title, text)

    def started(self, pid: int) -> None:
        """Note it with the operation that goes on."""
        self.current.started(pid)

    def ended(self, pid: int) -> None:
        """Note it with the operation that goes on."""
        self.current.ended(pid)

    def say(self, text: str) -> None:
        """Tell it as the operation that goes on."""
        self.current.say(text)

    def output(self, text: str, stream: Stream) -> None:
        """Keep it with the operation that goes on."""
        self.current.output(text, stream)

    def warn(self, text: str) -> None:
        """Warn as the operation that goes on."""
        self.current.warn(text)


def start(current: OpenOperation, subject: Subject, deployment: Operation, presence: Presence) -> Operation:
    """Start a prepared or parked deployment, wait until it is ready, and return its record as it is then."""
    ledger = Behalf(current, deployment, "unpark")
    worker = _parking(ledger, subject)
    terms = terms_of(deployment, subject)
    before = current.record.processes
    doing = blame(worker.entry, "starting")
    with current.timed("start"), step_for(current.bench, subject, ledger, worker, terms) as step, doing:
        answer = worker.role.unpark(recorded_of(ledger.record, worker), step)
    ledger.change(deployment=demand(worker.entry, answer, Deployment, "starting"), presence=presence)
    # What was started is the deployment's from here on: if we die now, it must not be ended as ours.
    current.change(processes=before)
    report_on(current, subject, worker, ledger.record)
    return ledger.record


def stop(current: OpenOperation, subject: Subject, deployment: Operation) -> Operation:
    """Stop a deployment, keep what it needs to be started again, and return its record as it is then."""
    ledger = Behalf(current, deployment, "park")
    worker = _parking(ledger, subject)
    terms = plain_terms(deployment)
    doing = blame(worker.entry, "stopping")
    with current.timed("stop"), step_for(current.bench, subject, ledger, worker, terms) as step, doing:
        worker.role.park(recorded_of(ledger.record, worker), step)
    ledger.change(presence="parked")
    return ledger.record


def can_park(ledger: OpenOperation, subject: Subject, deployment: Operation) -> bool:
    """Return whether the platform of a deployment can stop and start it."""
    worker = worker_of(ledger.bench, subject, deployment)
    return isinstance(worker.role, Parks)


def _parking(ledger: Behalf, subject: Subject) -> Worker[Any]:
    """Return the worker that made the deployment. Raises OperationError if it cannot stop and start it."""
    worker = worker_of(ledger.bench, subject, ledger.record)
    if not isinstance(worker.role, Parks):
        raise OperationError(f"the platform {worker.entry.word} cannot stop and start a deployment")
    done_by(ledger.current, worker)
    return worker


def done_by(current: OpenOperation, worker: Worker[Any]) -> None:
    """Record which plugin carries out an operation that acts on what was recorded, and with which config."""
    # That of a release is its releaser, or nobody.
    if current.record.stage in ON_BEHALF and current.record.plugin is None:
        current.change(plugin=worker.stamp, config=config_document(current.bench, worker))


def remove(current: OpenOperation, subject: Subject, deployment: Operation, told: Told = NOTHING) -> None:
    """Destroy a deployment with what was recorded of it; it is marked `destroyed` once that has happened."""
    ledger = Behalf(current, deployment, "destroy")
    worker = worker_of(current.bench, subject, deployment)
    done_by(current, worker)
    terms = plain_terms(deployment)
    with step_for(current.bench, subject, ledger, worker, terms, told) as step, blame(worker.entry, "destroying"):
        worker.role.destroy(recorded_of(ledger.record, worker), step)
    ledger.change(presence="destroyed")
