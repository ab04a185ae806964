"""Staffing: who would work for an app by today's file, as those see it who only look ahead."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.choosing import choose_releaser, strategy_of
from milepost.host.lifecycle.stepping import Terms
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import RoleName, Worker, config_of, todays
from milepost.host.project.foreseen import Foreseen
from milepost.host.project.stages import App


def roles_of(app: App) -> Iterator[RoleName]:
    """Yield the roles that something may work in for the app, in the order of the stages."""
    if app.build is not None and app.build.use is not None:
        yield "builder"
    if app.build is not None and app.build.registry is not None:
        yield "registry"
    if app.deploy is not None:
        yield "platform"
        yield "releaser"


def foreseeing(subject: Subject) -> Subject:
    """Return the subject in a scope where what is not known yet is some text."""
    unknown = {"artifact": Foreseen()} if not isinstance(subject.scope.artifact, Mapping) else {}
    return dataclasses.replace(subject, scope=subject.scope.with_(deploy=Foreseen(), **unknown))


def worker_for(bench: Bench, subject: Subject, role: RoleName) -> Worker[Any] | None:
    """Return who would work in a role; None where nobody would. Raises what is wrong with the file or the plugin."""
    seen, app = foreseeing(subject), subject.app
    build, deploy = app.build, app.deploy
    if role == "builder" and build is not None and build.use is not None:
        return todays(bench, role, build.use, seen.within(build))
    if role == "registry" and build is not None and build.registry is not None:
        return todays(bench, role, build.registry.use, seen.within(build, build.registry))
    if deploy is None or role in ("builder", "registry"):
        return None
    platform = todays(bench, "platform", deploy.use, seen.within(deploy))
    return platform if role == "platform" else choose_releaser(bench, seen, platform, _terms(seen, platform))


def terms_ahead(bench: Bench, subject: Subject) -> Terms:
    """Return what a deployment would be asked to be, without the app's config: no source is asked for that."""
    seen, deploy = foreseeing(subject), subject.app.deploy
    if deploy is None:
        return Terms(strategy="blue-green")
    offered, config = config_of(bench, "platform", deploy.use, seen.within(deploy))
    return _terms(seen, Worker(entry=offered.entry, offer=offered.offer, config=config, role=None))


def _terms(seen: Subject, platform: Worker[Any]) -> Terms:
    """Return what a deployment on the platform would be asked to be."""
    said, exposes = seen.settings(), tuple(platform.platform_offer.exposes(platform.config))
    return Terms(
        strategy=strategy_of(seen, platform.platform_offer, exposes),
        exposes=exposes,
        health=said.health,
        port=said.port,
        hosts=said.hosts,
        keep_running=said.keep_running,
    )
