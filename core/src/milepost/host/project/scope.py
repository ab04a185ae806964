"""What the names in a project file mean, for one app and one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.folders import folders
from milepost.host.language.context import Context
from milepost.host.language.functions import BuiltinFunctions
from milepost.host.language.scope import Deferred, Functions, Root
from milepost.host.language.tree import Expression
from milepost.host.language.values import UNKNOWN, Unknown, Value
from milepost.host.project.asking import NoSources, Sources
from milepost.host.project.git_names import GitNames
from milepost.sdk.functions import FunctionError

if TYPE_CHECKING:
    from milepost.host.project.project import Project
    from milepost.host.project.stages import App
    from milepost.sdk.artifact import Artifact
    from milepost.sdk.deployment import Deployment

ROOTS = (
    "var",
    "local",
    "artifact",
    "deploy",
    "path",
    "workspace",
    "app",
    "project",
    "labels",
    "config",
    "git",
    "entrypoint",
)
"""The names that expressions can begin with."""

_ENTRYPOINT: Mapping[str, Value] = {"env": {}}
"""Waypoint put a program of its own in front of the app and gave it these; milepost has none, so there are none."""


@dataclass(frozen=True, kw_only=True)
class Outside:
    """The world that a project file is read in; nothing of it is asked for before an expression needs it."""

    environment: Mapping[str, str]
    pwd: Path
    """The folder where the command was typed."""
    now: Callable[[], datetime]
    git: Callable[..., str | None]
    """Returns what git prints for a folder and words, stripped; None if it cannot tell."""
    functions: Functions = field(default_factory=BuiltinFunctions)
    sources: Sources = field(default_factory=NoSources)
    """Who is asked for what `secret(…)` wants."""

    @property
    def cache(self) -> Path:
        """The user's folder for what can be made again."""
        return folders(self.environment).cache

    def context(self, folder: Path, readable: tuple[Path, ...] = ()) -> Context:
        """Return what functions may know, for a project in that folder; files may be `readable` elsewhere, too."""
        places = folders(self.environment)
        return Context(
            folder=folder,
            readable=readable or (folder,),
            home=places.home,
            rendered=places.state / "rendered",
            now=self.now,
            git=lambda *words: self.git(folder, self.environment, *words),
            render=_no_templates,
            cache=places.cache,
        )


def _no_templates(name: str, text: str, names: Mapping[str, Value]) -> str:
    """Refuse: only the evaluator, which knows where a call stands, can render a template."""
    raise FunctionError(f"{name} cannot be rendered here")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The values of all names; `artifact` and `deploy` are unknown until their stage is over."""

    outside: Outside
    folder: Path
    """The project's."""
    readable: tuple[Path, ...] = ()
    """The folders that functions may read files of; none: the project's."""
    project: str
    app: str
    workspace: str = "default"
    variables: Mapping[str, Value] = field(default_factory=dict)
    locals: Mapping[str, Expression] = field(default_factory=dict)
    path: Mapping[str, Value] = field(default_factory=dict)
    """`project`, `app` and `pwd`: absolute folders."""
    labels: Mapping[str, Value] = field(default_factory=dict)
    given_labels: Mapping[str, str] = field(default_factory=dict)
    """Those of the command line, which win over all others."""
    artifact: Mapping[str, Value] | Unknown = UNKNOWN
    deploy: Mapping[str, Value] | Unknown = UNKNOWN
    config: Root = UNKNOWN
    """`env`, `internal` and `file`: what stands in the app's `config` blocks; known in these only."""
    git: Mapping[str, Value] = field(default_factory=dict)
    asking: Functions | None = None
    """The functions where sources may be asked; None elsewhere."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that references can begin with."""
        return ROOTS

    @property
    def functions(self) -> Functions:
        """The functions that can be called."""
        return self.asking or self.outside.functions

    @property
    def context(self) -> Context:
        """The world around."""
        return self.outside.context(self.folder, self.readable)

    def with_(
        self,
        *,
        labels: Mapping[str, Value] | None = None,
        artifact: Mapping[str, Value] | Unknown | None = None,
        deploy: Mapping[str, Value] | Unknown | None = None,
    ) -> Scope:
        """Return the scope with some of its names known, or known otherwise."""
        return replace(
            self,
            labels=self.labels if labels is None else labels,
            artifact=self.artifact if artifact is None else artifact,
            deploy=self.deploy if deploy is None else deploy,
        )

    def root(self, name: str) -> Root | None:
        """Return what a name means; None if it means nothing."""
        match name:
            case "workspace" | "app" | "project":
                return {"name": str(getattr(self, name))}
            case "var":
                return self.variables
            case "local":
                return Deferred(self.locals)
            case "entrypoint":
                return _ENTRYPOINT
            case "path" | "labels" | "artifact" | "deploy" | "config" | "git":
                found: Root = getattr(self, name)
                return found
        return None


def project_scope(project: Project, workspace: str, outside: Outside) -> Scope:
    """Return the scope before anything is known but the project itself."""
    return Scope(
        outside=outside,
        folder=project.folder,
        readable=project.readable,
        project=project.name,
        app="",
        workspace=workspace,
        path={"project": str(project.folder), "pwd": str(outside.pwd)},
        git=GitNames(project.folder, outside.environment, outside.git),
    )


def app_scope(project: Project, app: App, workspace: str, variables: Mapping[str, Value], outside: Outside) -> Scope:
    """Return the scope of an app before anything is built."""
    scope = project_scope(project, workspace, outside)
    return replace(
        scope, app=app.name, variables=variables, locals=project.locals, path={**scope.path, "app": str(app.path)}
    )


def artifact_names(artifact: Artifact) -> Mapping[str, Value]:
    """Return what `artifact.NAME` means once there is an artifact: its details, kind, reference and digest."""
    return {
        **artifact.details,
        "kind": artifact.kind,
        "reference": artifact.reference,
        "digest": artifact.digest,
    }


def deploy_names(deployment: Deployment, operation: str) -> Mapping[str, Value]:
    """Return what `deploy.NAME` means once there is a deployment: its details, its url, the operation's id."""
    return {**deployment.details, "url": deployment.url or "", "id": operation}
