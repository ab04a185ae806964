"""The stages that make an artifact: build, push, and the copy that a promotion takes along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.granting import granting_registry, told_builder, told_copier
from milepost.host.lifecycle.loss import noting_loss
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.stepping import NOTHING, Terms, step_for
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import Worker, config_document, todays
from milepost.host.plugins.faults import blame, demand
from milepost.host.project.hooks import Hook, hooks
from milepost.host.project.stages import Use
from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import CopiesArtifacts
from milepost.sdk.errors import OperationError
from milepost.sdk.record import Operation
from milepost.sdk.step import Step

PLAIN = Terms(strategy="blue-green")
"""No terms: a build knows neither secrets nor config of the app."""


def build(bench: Bench, part: Part, subject: Subject) -> Operation | None:
    """Build the app's artifact, or take it from the app it names; None for an app that needs none."""
    block = subject.app.build
    if block is None or (block.use is None and block.from_app is None):
        return None
    if block.from_app is not None:
        return _taken(bench, part, subject, block.from_app)
    assert block.use is not None
    built = _make(bench, part, subject, block.use, hooks(block.hooks, subject.within(block)))
    if block.registry is None:
        return built
    return _push(bench, part, subject.with_artifact(built.artifact), built)


def _make(bench: Bench, part: Part, subject: Subject, use: Use, around: Sequence[Hook]) -> Operation:
    """Carry out the build."""
    worker = todays(bench, "builder", use, subject.within(subject.app.build))
    registry = granting_registry(bench, subject)
    record = draft(
        bench,
        part,
        subject,
        "build",
        plugin=worker.stamp,
        config=config_document(bench, worker),
        source=part.source,
    )

    def work(operation: OpenOperation) -> None:
        told = told_builder(bench, subject, operation, worker, registry)
        with step_for(bench, subject, operation, worker, PLAIN, told) as step, blame(worker.entry, "building"):
            artifact = worker.role.build(step)
        _keep(operation, demand(worker.entry, artifact, Artifact, "building"))

    return perform(bench, record, around, hook_context(part, subject), work)


def _push(bench: Bench, part: Part, subject: Subject, built: Operation) -> Operation:
    """Push what was built to the registry."""
    assert built.artifact is not None
    artifact = built.artifact

    def push(worker: Worker[Any], step: Step) -> object:
        return worker.role.push(artifact, step)

    return _registered(bench, part, subject, built, push)


def copy(bench: Bench, part: Part, subject: Subject, origin: Operation) -> Operation:
    """Take an artifact along into this workspace: into its registry, if there is one, with the digest verified.

    What no registry has yet is pushed: nobody could copy it from where it is.
    """
    assert origin.artifact is not None
    artifact = origin.artifact
    block = subject.app.build
    if block is None or block.registry is None:
        return _noted(bench, part, subject, origin, f"from #{origin.number}")

    def fetch(worker: Worker[Any], step: Step) -> object:
        if isinstance(worker.role, CopiesArtifacts) and not artifact.provisional:
            return worker.role.copy_from(artifact, step)
        return worker.role.push(artifact, step)

    return _registered(bench, part, subject, origin, fetch)


Act = Callable[[Worker[Any], Step], object]
"""Has a registry take an artifact, and returns what it answers."""


def _registered(bench: Bench, part: Part, subject: Subject, origin: Operation, act: Act) -> Operation:
    """Have today's registry take the artifact of `origin` by `act`; the same digest must come out."""
    block = subject.app.build
    assert block is not None
    assert block.registry is not None
    scope = subject.within(block, block.registry)
    registry = todays(bench, "registry", block.registry.use, scope)
    record = draft(
        bench,
        part,
        subject,
        "push",
        plugin=registry.stamp,
        config=config_document(bench, registry),
        build=origin.id,
        source=origin.source,
    )

    def work(operation: OpenOperation) -> None:
        # What this run built is where the registry's own config says; what is copied may be in another one.
        is_copy = origin.run != part.run
        told = told_copier(bench, subject, operation, origin) if is_copy else NOTHING
        doing = blame(registry.entry, "pushing")
        with step_for(bench, subject, operation, registry, PLAIN, told) as step, noting_loss(operation), doing:
            pushed = act(registry, step)
        artifact = demand(registry.entry, pushed, Artifact, "pushing")
        _check_digest(origin.artifact, artifact)
        _keep(operation, artifact)

    around = hooks(block.registry.hooks, scope)
    return perform(bench, record, around, hook_context(part, subject), work)


def _check_digest(origin: Artifact | None, pushed: Artifact) -> None:
    """Raise OperationError when a registry has something else than it was given; a provisional digest ends here."""
    if origin is not None and not origin.provisional and pushed.digest != origin.digest:
        raise OperationError(f"{origin.digest} was pushed, and the registry has {pushed.digest}")


def _taken(bench: Bench, part: Part, subject: Subject, other: str) -> Operation:
    """Record that this app uses what the run built for another one."""
    made = bench.history.operations(
        {"run": part.run, "app": other, "stage": ("build", "push"), "status": "success"}, limit=1
    )
    if not made:
        raise OperationError(f"this run built no artifact of {other}, which {subject.app.name} is to use")
    return _noted(bench, part, subject, made[0], f"from {other}")


def _noted(bench: Bench, part: Part, subject: Subject, origin: Operation, result: str) -> Operation:
    """Record an artifact that was made elsewhere as one of this app and workspace."""
    record = draft(
        bench,
        part,
        subject,
        "build",
        build=origin.id,
        source=origin.source,
        plugin=origin.plugin,
        config=origin.config,
    )

    def work(operation: OpenOperation) -> None:
        operation.change(artifact=origin.artifact)
        operation.result = result

    return perform(bench, record, (), hook_context(part, subject), work)


def _keep(operation: OpenOperation, artifact: Artifact) -> None:
    """Write down the artifact that was made."""
    operation.change(artifact=artifact)
    operation.summary = artifact.digest[:19]
