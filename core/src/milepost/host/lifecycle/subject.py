"""The subject of a part: one app in one workspace, with what the project file or a record says of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import msgspec

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.labels import outside_labels
from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.rereading import reread
from milepost.host.lifecycle.workers import Worker
from milepost.host.project.config import AppConfig, app_config
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope, artifact_names, deploy_names
from milepost.host.project.settings import Settings, settings, stage_scope
from milepost.host.project.stages import App, Build, Deploy, ReleaseBlock, Stage
from milepost.host.recording import convert, needs_today, record, restore, secrets_in, sources_in
from milepost.host.step import HostStep
from milepost.sdk.artifact import Artifact, RegistryAccess
from milepost.sdk.record import Operation
from milepost.sdk.step import Facts, HealthCheck, Strategy

_KINDS = {"env": "env", "files": "file"}
"""What of the terms comes from the app's config, and what it is called there."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment was asked to be, beside its plugin's config: recorded, so that a rollback can ask it again."""

    strategy: Strategy
    exposes: tuple[str, ...] = ()
    env: dict[str, Any] = {}
    files: dict[str, Any] = {}
    """Path → content."""
    health: HealthCheck = HealthCheck()
    port: int | None = None
    hosts: tuple[str, ...] = ()
    keep_running: bool = False


class Told(NamedTuple):
    """What a step is told for this once, that no record keeps."""

    registry: RegistryAccess | None = None
    targets: tuple[str, ...] = ()
    volumes: bool = False


NOTHING = Told()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One app of the project in one workspace."""

    project: Project
    app: App
    workspace: str
    run: int
    scope: Scope

    @property
    def lock(self) -> str:
        """The name of the lock that whoever changes this app here must hold."""
        return lock_name(self.workspace, self.app.name)

    def within(self, *stages: Build | Stage | Deploy | ReleaseBlock | None) -> Scope:
        """Return the scope in the body of a stage; of a registry, in that of its build first."""
        return stage_scope(self.scope, *(each and each.body for each in stages))

    def settings(self) -> Settings:
        """Return what the project file says of the app, evaluated with what is known so far."""
        return settings(self.project, self.app, self.scope)

    def config(self) -> AppConfig:
        """Return the app's config, its sources asked."""
        return app_config(self.project, self.app, self.scope)

    def with_artifact(self, artifact: Artifact | None) -> Subject:
        """Return the same with `artifact.*` known."""
        return self if artifact is None else self._with(artifact=artifact_names(artifact))

    def with_deployment(self, operation: Operation) -> Subject:
        """Return the same with `deploy.*` known."""
        deployment = operation.deployment
        return self if deployment is None else self._with(deploy=deploy_names(deployment, operation.id))

    def _with(self, **known: Mapping[str, Any]) -> Subject:
        """Return the same in a scope that knows more."""
        return Subject(
            project=self.project,
            app=self.app,
            workspace=self.workspace,
            run=self.run,
            scope=self.scope.with_(**known),
        )

    def read(self, source: str) -> str | None:
        """Return today's clear text of a secret's source, an expression. Raises OperationError if it cannot be had."""
        return reread(self.scope, (source,))[source]


def lock_name(workspace: str, app: str) -> str:
    """Return the name of the lock of an app in a workspace."""
    return f"app/{workspace}/{app}"


def terms_today(subject: Subject, strategy: Strategy, exposes: tuple[str, ...]) -> Terms:
    """Return what the project file asks a deployment of the subject to be."""
    said, config = subject.settings(), subject.config()
    return Terms(
        strategy=strategy,
        exposes=exposes,
        env=config.env,
        files=config.files,
        health=said.health,
        port=said.port,
        hosts=said.hosts,
        keep_running=said.keep_running,
    )


def terms_document(terms: Terms, key: bytes) -> dict[str, Any]:
    """Return the terms as a record keeps them."""
    written: dict[str, Any] = record(terms, key)
    if not terms.files:
        # As records were before there were files: what has not changed has the same fingerprint.
        del written["files"]
    return written


def terms_of(operation: Operation, subject: Subject) -> Terms:
    """Return the terms of a recorded deployment, its secrets read anew. Raises OperationError if one is gone."""
    recorded = {"env": {}, "files": {}, **_injected(operation)}
    # A mistake in today's file must not keep anybody from going back, so it is asked only if need be.
    config = subject.with_artifact(operation.artifact).config() if needs_today(recorded) else None
    today = {"env": config.env, "files": config.files} if config else {"env": {}, "files": {}}
    read = reread(subject.scope, sources_in(recorded)).get
    restored = {
        kind: {
            name: restore(value, today[kind].get(name), read, f"config.{_KINDS[kind]}.{name}")
            for name, value in values.items()
        }
        for kind, values in recorded.items()
    }
    return msgspec.structs.replace(plain_terms(operation), **restored)


def _injected(operation: Operation) -> dict[str, Any]:
    """Return what a deployment's record says of the app's variables and files."""
    return {kind: values for kind, values in (operation.facts or {}).items() if kind in _KINDS}


def plain_terms(operation: Operation) -> Terms:
    """Return the terms of a recorded deployment without its config: enough to stop it and to ask about it."""
    fields = {name: value for name, value in (operation.facts or {}).items() if name not in _KINDS}
    return convert({"strategy": "blue-green", **fields}, Terms)


@contextmanager
def step_for(
    bench: Bench, subject: Subject, operation: OpenOperation, worker: Worker[Any], terms: Terms, told: Told = NOTHING
) -> Iterator[HostStep]:
    """Yield the step with which a worker works on an operation; its scratch folder goes with it."""
    for secret in secrets_in([terms.env, terms.files, worker.config, told.registry]):
        operation.hide(secret)
    scratch = _scratch(bench, operation.record.id)
    data = bench.folders.plugin(worker.entry.distribution)
    if not operation.only_asks:
        data.mkdir(parents=True, exist_ok=True)
    try:
        yield HostStep(
            facts=_with(told, _facts(bench, subject, operation, terms, {"data": data, "scratch": scratch})),
            ledger=operation,
            cancel=bench.cancel,
            deadline=bench.deadline(),
            masker=bench.masker,
            clock=bench.clock,
            lock=bench.lock,
            runner=bench.runner,
        )
    finally:
        _put_away(bench, scratch)


def _scratch(bench: Bench, operation: str) -> Path:
    """Return a new empty folder for an operation."""
    if bench.reuse is not None:
        with suppress(IndexError):
            return bench.reuse.scratch.pop()
    shelf = bench.folders.cache / "scratch"
    prefix = f"{operation}-"  # and a name of its own: somebody else may ask about the same deployment at this moment
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(prefix=prefix, dir=shelf))
    except OSError:
        # Whoever only asks may have no right to write there.
        return Path(mkdtemp(prefix=prefix))


def _put_away(bench: Bench, scratch: Path) -> None:
    """Remove a folder with all that is in it; an empty one is left to the next question, if there is one."""
    if bench.reuse is not None:
        with suppress(OSError):  # somebody else may have removed it
            if not any(scratch.iterdir()):
                bench.reuse.scratch.append(scratch)
                return
    shutil.rmtree(scratch, ignore_errors=True)


def _with(told: Told, facts: Facts) -> Facts:
    """Return the facts with what is told for this once."""
    return msgspec.structs.replace(facts, **told._asdict())


def _facts(bench: Bench, subject: Subject, operation: OpenOperation, terms: Terms, places: Mapping[str, Path]) -> Facts:
    """Return what the step is about."""
    about = operation.record
    return Facts(
        run=about.number,
        operation=about.id,
        stage=operation.stage,
        project=about.project,
        app=about.app,
        workspace=about.workspace,
        source=subject.app.path,
        home=bench.folders.home,
        data=places["data"],
        scratch=places["scratch"],
        environment=bench.environment,
        own=(bench.folders.state, bench.folders.cache, Path(bench.history.store.place)),
        store=bench.history.store.id,
        labels=outside_labels(about, bench.history.store.id),
        env=terms.env,
        files=terms.files,
        health=terms.health,
        strategy=terms.strategy,
        port=terms.port,
        hosts=terms.hosts,
        previous=about.previous,
    )
