"""What the names in a project file mean, for one app and one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.project.values import UNKNOWN, Unknown, Value

if TYPE_CHECKING:
    from milepost.host.project.project import App, Project
    from milepost.sdk.artifact import Artifact
    from milepost.sdk.deployment import Deployment

ROOTS = ("var", "artifact", "deploy", "path", "workspace", "app", "project", "labels")
"""The names that expressions can begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The values of all names; `artifact` and `deploy` are unknown until their stage is over."""

    project: str
    app: str
    workspace: str = "default"
    variables: Mapping[str, Value] = field(default_factory=dict)
    path: Mapping[str, Value] = field(default_factory=dict)
    """`project`, `app` and `pwd`: absolute folders."""
    labels: Mapping[str, Value] = field(default_factory=dict)
    artifact: Mapping[str, Value] | Unknown = UNKNOWN
    deploy: Mapping[str, Value] | Unknown = UNKNOWN

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

    def root(self, name: str) -> Mapping[str, Value] | Unknown | None:
        """Return what a name means; None if it means nothing."""
        match name:
            case "workspace" | "app" | "project":
                return {"name": str(getattr(self, name))}
            case "var":
                return self.variables
            case "path" | "labels" | "artifact" | "deploy":
                found: Mapping[str, Value] | Unknown = getattr(self, name)
                return found
        return None


def app_scope(project: Project, app: App, workspace: str, variables: Mapping[str, Value], pwd: Path) -> Scope:
    """Return the scope of an app before anything is built; `pwd` is the folder where the command was typed."""
    path: dict[str, Value] = {"project": str(project.folder), "app": str(app.path), "pwd": str(pwd)}
    return Scope(project=project.name, app=app.name, workspace=workspace, variables=variables, path=path)


def artifact_names(artifact: Artifact) -> Mapping[str, Value]:
    """Return what `artifact.NAME` means once there is an artifact: its details, kind, reference and digest."""
    return {
        **artifact.details,
        "kind": artifact.kind,
        "reference": artifact.reference,
        "digest": artifact.digest,
    }


def deploy_names(deployment: Deployment) -> Mapping[str, Value]:
    """Return what `deploy.NAME` means once there is a deployment: its details and its url."""
    return {**deployment.details, "url": deployment.url}
