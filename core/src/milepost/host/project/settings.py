"""What an app's blocks say to the host about the app itself, evaluated and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from msgspec import Meta, Struct

from milepost.host.language.tree import Body
from milepost.host.project.fields import decode_body, read_body
from milepost.host.project.hooks import Hook, Verify, hooks, tasks, verify
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope
from milepost.host.project.stages import App, Build, Deploy, ReleaseBlock, Stage
from milepost.sdk.problem import Problem
from milepost.sdk.step import HealthCheck, Strategy

__all__ = ["Hook", "Settings", "Verify", "hooks", "settings", "stage_labels", "tasks", "verify"]

_HOST = r"^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"


class Settings(Struct, frozen=True, kw_only=True):
    """What the project file says about an app besides its stages."""

    strategy: Strategy | None = None
    """None: the host chooses by what the platform exposes."""
    health: HealthCheck = HealthCheck()
    port: int | None = None
    hosts: tuple[str, ...] = ()
    keep_releases: int = 1
    """How many former releases are kept for a rollback."""
    keep_running: bool = False
    """Whether they stay up rather than parked."""
    labels: dict[str, str] = {}
    """Those of the project, with those of the app over them."""


class _Health(Struct, frozen=True, kw_only=True):
    """The `health` block."""

    path: Annotated[str, Meta(pattern="^/")] | None = None
    status: tuple[Annotated[int, Meta(ge=100, le=599)], ...] = ()
    timeout: Annotated[float, Meta(gt=0)] = HealthCheck().timeout
    interval: Annotated[float, Meta(gt=0)] = HealthCheck().interval


class _Arguments(Struct, frozen=True, kw_only=True):
    """The arguments of an `app` block that are evaluated."""

    strategy: Strategy | None = None
    health: _Health = _Health()
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    hosts: tuple[Annotated[str, Meta(pattern=_HOST)], ...] = ()
    keep_releases: Annotated[int, Meta(ge=0)] = 1
    keep_running: bool = False


class _Labels(Struct, frozen=True, kw_only=True):
    """The `labels` of any block."""

    labels: dict[str, str] = {}


def settings(project: Project, app: App, scope: Scope) -> Settings:
    """Return what the file says about an app, its config apart. Raises ProjectFileError with all that is wrong."""
    problems: list[Problem] = []
    where = f'app "{app.name}"'
    found, wrong = read_body(_part(app.body, *_Arguments.__struct_fields__), _Arguments, scope, where, tolerant=False)
    problems += wrong
    labels: dict[str, str] = {}
    for body, place in ((project.body, "project"), (app.body, where)):
        labelled, wrong = read_body(_part(body, "labels"), _Labels, scope, place, tolerant=False)
        labels |= labelled.labels if labelled else {}
        problems += wrong
    if problems or found is None:
        raise project.body.source.error(problems)
    health = HealthCheck(
        path=found.health.path,
        status=found.health.status,
        timeout=found.health.timeout,
        interval=found.health.interval,
    )
    return Settings(
        strategy=found.strategy,
        health=health,
        port=found.port,
        hosts=found.hosts,
        keep_releases=found.keep_releases,
        keep_running=found.keep_running,
        labels=labels,
    )


def labelled(project: Project, app: App, scope: Scope, given: Mapping[str, str]) -> Scope:
    """Return the scope with `labels` known: those of the project, of the app, and those that were `given`."""
    labels: dict[str, str] = {}
    for body, place in ((project.body, "project"), (app.body, f'app "{app.name}"')):
        labels |= decode_body(_part(body, "labels"), _Labels, scope, place).labels
    return replace(scope, labels={**labels, **given}, given_labels=given)


def stage_scope(scope: Scope, *stages: Body | None) -> Scope:
    """Return the scope in the body of a stage: `labels` has its own, too; of a registry, those of its build as well.

    Raises ProjectFileError for labels that cannot be told.
    """
    for body in stages:
        if body is not None and "labels" in body.attributes:
            own = decode_body(_part(body, "labels"), _Labels, scope, "labels").labels
            scope = scope.with_(labels={**scope.labels, **own, **scope.given_labels})
    return scope


def stage_labels(
    base: Mapping[str, str], stage: Build | Stage | Deploy | ReleaseBlock | None, scope: Scope
) -> dict[str, str]:
    """Return the labels of an app with those of one of its stages over them."""
    if stage is None:
        return dict(base)
    return {**base, **decode_body(_part(stage.body, "labels"), _Labels, scope, "labels").labels}


def _part(body: Body, *names: str) -> Body:
    """Return a body with some of its arguments and blocks only."""
    return body.part(lambda name: name in names)
