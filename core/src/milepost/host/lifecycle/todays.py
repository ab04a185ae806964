"""An app as today's project file has it, in the world of whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from milepost.host.cancel import Cancel
from milepost.host.lifecycle.subject import Subject
from milepost.host.outside import User, world
from milepost.host.plugins.load import Plugins
from milepost.host.project.chosen import chosen
from milepost.host.project.project import Project, departed
from milepost.host.project.scope import Outside, app_scope
from milepost.host.project.settings import labelled
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.request import Variable


class Given(NamedTuple):
    """What comes from the user, not from the project file."""

    environment: Mapping[str, str]
    cwd: Path
    """The folder where the command was typed."""
    plugins: Plugins
    """Whose functions and config sources the project file may use."""
    variables: tuple[Variable, ...] = ()
    labels: Mapping[str, str] = MappingProxyType({})
    cancel: Cancel | None = None
    hide: Callable[[str], object] | None = None
    """Never shows or keeps a text from now on."""
    asks: bool = True
    """Whether config sources may be asked."""
    outside: Outside | None = None
    """The world that several apps share, so that what sources have answered to one is known to all; None: a new one."""


def subject_of(
    project: Project, app: str, workspace: str, run: int, given: Given, *, by_records: bool = False
) -> Subject:
    """Return an app in a workspace, in the scope that is known before anything is built.

    What goes by records does without the variables and labels that have no value today.
    """
    block = project.apps.get(app) or departed(project, app)
    user = User(given.environment, given.cwd, given.cancel, given.hide)
    outside = given.outside or world(project, given.plugins, user, asks=given.asks)
    known = variables(project, given.variables, outside, workspace=workspace, lenient=by_records)
    scope = app_scope(project, block, workspace, known, outside)
    project, block, _ = chosen(project, block, scope, given.labels, lenient=by_records)
    scope = app_scope(project, block, workspace, known, outside)
    try:
        scope = labelled(project, block, scope, given.labels)
    except ProjectFileError:
        if not by_records:
            raise
    return Subject(project=project, app=block, workspace=workspace, run=run, scope=scope)
