"""What one plugin lets another one know: registries grant access, platforms say what they run. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.live import inquiry
from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.stepping import NOTHING, Told
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import Worker, todays
from milepost.host.plugins.faults import blame, demand
from milepost.host.project.chosen import chosen
from milepost.host.project.fields import known_part, unknown_names
from milepost.host.project.project import departed
from milepost.host.project.settings import labelled
from milepost.sdk.artifact import Artifact, RegistryAccess
from milepost.sdk.capabilities import GrantsAccess, Targets
from milepost.sdk.errors import OperationError, PluginError, ProjectFileError
from milepost.sdk.record import Operation


def granting_registry(bench: Bench, subject: Subject) -> Worker[Any] | None:
    """Return the registry where the app's build may push by itself; None where there is none, or it cannot be told yet.

    Raises ProjectFileError for a registry that is wrong already, before time is spent on a build.
    """
    block = subject.app.build
    if block is None or block.registry is None:
        return None
    use = block.registry.use
    try:
        scope = subject.within(block, block.registry)
    except ProjectFileError:
        return None  # its labels may be made of the artifact; push says so if they are wrong
    if unknown_names(use, scope):
        return None
    registry = todays(bench, "registry", use, scope)
    return registry if isinstance(registry.role, GrantsAccess) else None


def told_builder(
    bench: Bench, subject: Subject, operation: OpenOperation, builder: Worker[Any], registry: Worker[Any] | None
) -> Told:
    """Return what a builder is told beside its config: where it may push, and what it should build for."""
    access = None
    if registry is not None:
        doing = "granting access"
        with inquiry(bench, subject, registry, operation.record) as step, blame(registry.entry, doing):
            access = registry.role.access(step)
        demand(registry.entry, access, RegistryAccess, doing)
    wants = builder.builder_offer.asks_targets(builder.config)
    return Told(registry=access, targets=_targets(bench, subject, operation) if wants else ())


def _targets(bench: Bench, subject: Subject, operation: OpenOperation) -> tuple[str, ...]:
    """Return what the app's platform runs; none where that cannot be told, which is no reason not to build."""
    block, doing = subject.app.deploy, "telling what it runs"
    if block is None:
        return ()
    try:
        scope = subject.within(block)
        platform = todays(bench, "platform", known_part(block.use, scope), scope)
        if not isinstance(platform.role, Targets):
            return ()
        with inquiry(bench, subject, platform, operation.record) as step, blame(platform.entry, doing):
            told = platform.role.targets(step)
        return tuple(demand(platform.entry, each, str, doing) for each in demand(platform.entry, told, tuple, doing))
    except ProjectFileError:
        return ()  # the deploy says what is wrong, and what is missing may be known by then
    except (PluginError, OperationError) as error:
        operation.warn(f"it is built without knowing what {block.use.word} runs: {error}")
        return ()


def told_platform(bench: Bench, subject: Subject, operation: OpenOperation, artifact: Artifact | None) -> Told:
    """Return what a platform is told beside its config: how the artifact can be pulled today."""
    return _told_to_pull(bench, operation, artifact, lambda: subject)


def told_copier(bench: Bench, subject: Subject, operation: OpenOperation, origin: Operation) -> Told:
    """Return what a registry is told that copies the artifact of `origin`: how it can be pulled from where it is."""
    return _told_to_pull(bench, operation, origin.artifact, lambda: _elsewhere(subject, origin.app, origin.workspace))


def _told_to_pull(
    bench: Bench, operation: OpenOperation, artifact: Artifact | None, find: Callable[[], Subject]
) -> Told:
    """Return how an artifact can be pulled, as the registry of a subject says with today's credentials.

    That it cannot be told is a warning: what was made public, or is there already, needs none.
    """
    if artifact is None or artifact.provisional:
        return NOTHING
    try:
        subject = find().with_artifact(artifact)
        registry, doing = _registry(bench, subject), "granting access"
        if registry is None or not isinstance(registry.role, GrantsAccess):
            return NOTHING
        with inquiry(bench, subject, registry, operation.record) as step, blame(registry.entry, doing):
            access = registry.role.pull_access(artifact, step)
        return Told(registry=None if access is None else demand(registry.entry, access, RegistryAccess, doing))
    except (ProjectFileError, PluginError, OperationError) as error:
        operation.warn(f"how {artifact.reference} can be pulled could not be told: {error}")
        return NOTHING


def _registry(bench: Bench, subject: Subject) -> Worker[Any] | None:
    """Return the registry of today's file that an app's artifacts are in; None where there is none."""
    block = subject.app.build
    if block is not None and block.from_app is not None:
        return _registry(bench, _elsewhere(subject, block.from_app, subject.workspace))
    if block is None or block.registry is None:
        return None
    return todays(bench, "registry", block.registry.use, subject.within(block, block.registry))


def _elsewhere(subject: Subject, name: str, workspace: str) -> Subject:
    """Return another app of the project, or the same one in another workspace, as today's file has it there."""
    app = subject.project.apps.get(name) or departed(subject.project, name)
    path = {**subject.scope.path, "app": str(app.path)}
    scope = replace(subject.scope, app=name, workspace=workspace, path=path)
    given = scope.given_labels
    project, app, _ = chosen(subject.project, app, scope, given, lenient=True)
    return replace(subject, project=project, app=app, workspace=workspace, scope=labelled(project, app, scope, given))
