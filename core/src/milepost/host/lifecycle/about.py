"""What those who go by records need to know of an app; today's project file only where a record needs its values."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from milepost.host.project.project import Project
    from milepost.host.project.scope import Scope
    from milepost.host.project.stages import Use
    from milepost.sdk.artifact import Artifact


class Today(NamedTuple):
    """What the project file says for a role today, and the scope in which it is read."""

    use: Use
    scope: Scope


class About(Protocol):
    """An app in a workspace."""

    @property
    def name(self) -> str:
        """The app's name."""
        ...

    @property
    def workspace(self) -> str:
        """The workspace's name."""
        ...

    @property
    def project_name(self) -> str:
        """The name of its project."""
        ...

    @property
    def source(self) -> Path:
        """The app's folder."""
        ...

    def read(self, source: str) -> str | None:
        """Return today's clear text of a secret's source. Raises OperationError if it cannot be had."""
        ...

    def today(self, role: str, artifact: Artifact | None = None) -> Today | None:
        """Return what today's project file says for a role; None for nothing. Raises ProjectError where it is wrong."""
        ...


class Recalled:
    """An app that records tell of: its part of the project file is read when somebody asks for what stands there."""

    def __init__(self, project: Project, name: str, workspace: str, find: Callable[[str], About]) -> None:
        self.name, self.workspace, self.project_name = name, workspace, project.name
        self._project, self._find = project, find

    @cached_property
    def source(self) -> Path:
        """The app's folder; of one that is no longer in the file, the project's."""
        app = self._project.apps.get(self.name)
        return app.path if app is not None else self._project.folder

    def read(self, source: str) -> str | None:
        """Return today's clear text of a secret's source. Raises OperationError if it cannot be had."""
        return self._find(self.name).read(source)

    def today(self, role: str, artifact: Artifact | None = None) -> Today | None:
        """Return what today's project file says for a role; None for nothing. Raises ProjectError where it is wrong."""
        return self._find(self.name).today(role, artifact)
