"""The subject of a part: one app in one workspace, with what the project file or a record says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from milepost.host.lifecycle.about import Today
from milepost.host.lifecycle.rereading import reread
from milepost.host.lifecycle.stepping import KINDS, Terms, plain_terms
from milepost.host.project.config import AppConfig, app_config
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope, artifact_names, deploy_names
from milepost.host.project.settings import Settings, settings, stage_scope
from milepost.host.project.stages import App, Build, Deploy, ReleaseBlock, Stage
from milepost.host.recording import needs_today, record, restore, sources_in
from milepost.sdk.artifact import Artifact
from milepost.sdk.record import Operation
from milepost.sdk.step import Strategy


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One app of the project in one workspace."""

    project: Project
    app: App
    workspace: str
    run: int
    scope: Scope

    @property
    def name(self) -> str:
        """The app's name."""
        return self.app.name

    @property
    def project_name(self) -> str:
        """The name of its project."""
        return self.project.name

    @property
    def source(self) -> Path:
        """The app's folder."""
        return self.app.path

    def today(self, role: str, artifact: Artifact | None = None) -> Today | None:
        """Return what the project file says for a role, with that artifact known; None for nothing."""
        stages = self._stages(role)
        use = stages[-1].use if stages else None
        return Today(use, self.with_artifact(artifact).within(*stages)) if use else None

    def _stages(self, role: str) -> tuple[Build | Stage | Deploy | ReleaseBlock, ...]:
        """Return the blocks in which a role stands, from the outside in; none where it has none."""
        build = self.app.build
        stages = {
            "builder": (build,),
            "registry": (build, build.registry if build is not None else None),
            "platform": (self.app.deploy,),
            "releaser": (self.app.release,),
        }
        found = stages.get(role, ())
        return tuple(each for each in found if each is not None) if all(found) else ()

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
            name: restore(value, today[kind].get(name), read, f"config.{KINDS[kind]}.{name}")
            for name, value in values.items()
        }
        for kind, values in recorded.items()
    }
    return msgspec.structs.replace(plain_terms(operation), **restored)


def _injected(operation: Operation) -> dict[str, Any]:
    """Return what a deployment's record says of the app's variables and files."""
    return {kind: values for kind, values in (operation.facts or {}).items() if kind in KINDS}
