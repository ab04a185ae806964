"""Status reports: how a deployment or a release was, as somebody answered while an operation went on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from milepost.host.lifecycle.live import health_of, inquiry, public_of
from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import Worker
from milepost.sdk.deployment import Health
from milepost.sdk.record import Operation, Reporter, StatusReport

LIMIT = 5.0
"""How long what only informs may take, in seconds."""


def keep_report(operation: OpenOperation, about: Operation, by: Reporter, health: Health) -> None:
    """Record an answer about a deployment or a release; secrets in it are masked."""
    masked = operation.bench.masker.text(health.message)
    told = Health(name=health.name, message=masked, ready=health.ready, wanted=health.wanted)
    report = StatusReport(at=operation.bench.clock(), health=told, of=about.id, by=by)
    operation.change(reports=(*operation.record.reports, report))


def report_on(operation: OpenOperation, subject: Subject, worker: Worker[Any], about: Operation) -> None:
    """Ask how what was made or started is, and record the answer; that nobody can tell fails nothing."""
    bench = replace(operation.bench, patience=LIMIT)
    by: Reporter = "releaser" if about.stage == "release" else "platform"
    ask = public_of if by == "releaser" else health_of
    with operation.timed("status"), inquiry(bench, subject, worker, about) as step:
        health = ask(worker, about, step)
    keep_report(operation, about, by, health)
