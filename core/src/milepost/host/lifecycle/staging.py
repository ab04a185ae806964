"""The stage that stages: tasks in the new artifact, then a deploy that waits until it is ready or leaves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.granting import told_platform
from milepost.host.lifecycle.in_place import generation_of, restore_predecessor, superseded_by
from milepost.host.lifecycle.loss import noting_loss
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.reports import report_on
from milepost.host.lifecycle.stepping import Terms, step_for
from milepost.host.lifecycle.subject import Subject, terms_document
from milepost.host.lifecycle.workers import Worker, config_document, recorded_of
from milepost.host.plugins.faults import blame, demand
from milepost.host.project.hooks import hooks
from milepost.host.project.stages import App
from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import RunsTasks
from milepost.sdk.deployment import Deployment
from milepost.sdk.errors import MilepostError, OperationError
from milepost.sdk.record import Operation, Source
from milepost.sdk.step import Task


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be deployed, how, and in whose place."""

    platform: Worker[Any]
    terms: Terms
    artifact: Artifact | None
    build: str | None
    """The operation that made the artifact."""
    fingerprint: str | None
    previous: str | None
    """The deployment that is live."""
    source: Source | None = None
    """What is deployed was made of this; None where the build says so."""

    @property
    def delayed(self) -> bool:
        """Whether deploy only prepares, and the release starts it."""
        return self.terms.strategy != "blue-green" and self.platform.platform_offer.parks


def run_task(bench: Bench, part: Part, subject: Subject, order: Order, task: Task) -> Operation:
    """Run one task of the app in the new artifact."""
    platform = order.platform
    record = draft(
        bench,
        part,
        subject,
        "task",
        label=task.name,
        command=tuple(map(bench.masker.text, task.command)),
        plugin=platform.stamp,
        config=config_document(bench, platform),
        artifact=order.artifact,
        build=order.build,
        source=_source(part, order),
    )

    def work(operation: OpenOperation) -> None:
        if not isinstance(platform.role, RunsTasks):
            raise OperationError(f"the platform {platform.entry.word} cannot run tasks, and {task.name} is one")
        operation.source = f"task {task.name}"
        doing = blame(platform.entry, f"running the task {task.name}")
        told = told_platform(bench, subject, operation, order.artifact)
        with step_for(bench, subject, operation, platform, order.terms, told) as step, noting_loss(operation), doing:
            platform.role.run_task(task, order.artifact, step)

    return perform(bench, record, (), hook_context(part, subject), work)


def deploy(bench: Bench, part: Part, subject: Subject, order: Order) -> Operation:
    """Stage the artifact; return the deploy's record. What a failed one made is removed, its evidence kept."""
    platform = order.platform
    record = draft(
        bench,
        part,
        subject,
        "deploy",
        plugin=platform.stamp,
        config=config_document(bench, platform),
        facts=terms_document(order.terms, bench.key),
        artifact=order.artifact,
        build=order.build,
        source=_source(part, order),
        fingerprint=order.fingerprint,
        previous=order.previous,
    )

    def work(operation: OpenOperation) -> None:
        # Not before: one that was refused, or whose hook failed, has nothing that could stand.
        operation.change(presence="starting")
        try:
            _stage(bench, subject, operation, order)
        except BaseException:
            _clear(part, subject, operation, order)
            raise

    around = hooks(_deploy_hooks(subject.app), subject.within(subject.app.deploy))
    return perform(bench, record, around, hook_context(part, subject), work)


def _source(part: Part, order: Order) -> Source | None:
    """Return what is deployed was made of; where nothing was built, the platform takes the folder as it is."""
    return order.source or (None if order.build else part.source)


def _deploy_hooks(app: App) -> Any:
    """Return the hooks of the deploy block."""
    return app.deploy.hooks if app.deploy is not None else ()


def _stage(bench: Bench, subject: Subject, operation: OpenOperation, order: Order) -> None:
    """Let the platform do it, and write down what came of it."""
    platform = order.platform
    told = told_platform(bench, subject, operation, order.artifact)
    doing = blame(platform.entry, "deploying")
    with step_for(bench, subject, operation, platform, order.terms, told) as step, noting_loss(operation), doing:
        generation = generation_of(platform, step)
        if generation is not None:
            operation.change(generation=generation)
        deployment = platform.role.deploy(order.artifact, step)
    deployment = demand(platform.entry, deployment, Deployment, "deploying")
    operation.change(deployment=deployment, presence="prepared" if order.delayed else "staged")
    operation.along = superseded_by(bench, operation.record)
    operation.result, operation.summary = _told(order, deployment)
    if not order.delayed:
        report_on(operation, subject, platform, operation.record)


def _told(order: Order, deployment: Deployment) -> tuple[str, str]:
    """Return how the outcome is told: in a word, and in a few more."""
    if order.delayed:
        return "prepared", "starts at release"
    if not order.platform.platform_offer.stages:
        return "public", "public at once"
    count = len(deployment.endpoints)
    path = order.terms.health.path
    return "staged", f"{count}/{count} ready" + (f" on {path}" if path else "") if count else "ready"


def _clear(part: Part, subject: Subject, operation: OpenOperation, order: Order) -> None:
    """Remove what a deploy made that failed or was cancelled; what cannot be removed is said and stays recorded."""
    if part.request.choices.keep_failed:
        operation.warn("what it made was kept (--keep-failed)")
        return
    with operation.calm(), operation.timed("clean-up"):
        operation.say("cleaning up what this deploy made")
        try:
            _remove(subject, operation, order)
        except MilepostError as failed:
            operation.warn(f"cleaning up failed: {failed}; the next run tries again")


def _remove(subject: Subject, operation: OpenOperation, order: Order) -> None:
    """Remove what the deploy made; an object that others had before is put back as it was."""
    if operation.record.generation is not None:
        restore_predecessor(subject, operation, operation.record)
    else:
        doing = blame(order.platform.entry, "cleaning up")
        with step_for(operation.bench, subject, operation, order.platform, order.terms) as step, doing:
            order.platform.role.destroy(recorded_of(operation.record, order.platform), step)
    operation.change(presence="destroyed")
