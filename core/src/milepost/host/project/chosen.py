"""A project and an app as they are in one workspace, with the labels that they have there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from milepost.host.language.tree import Block, Body, Label
from milepost.host.project import top
from milepost.host.project.blocks import Blocks
from milepost.host.project.fields import decode_body
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope
from milepost.host.project.scoping import Resolved, Scoping, Seen, is_scoped
from milepost.host.project.stages import App
from milepost.sdk.errors import ProjectFileError


class Chosen(NamedTuple):
    """What applies here, without any scoped body."""

    project: Project
    """The same, but for the `config` block."""
    app: App
    resolved: tuple[Resolved, ...]
    """What was considered; empty where nothing is scoped."""


class _Labels(Struct, frozen=True, kw_only=True):
    """The `labels` of any block."""

    labels: dict[str, str] = {}


def chosen(
    project: Project, app: App, scope: Scope, given: Mapping[str, str], *, lenient: bool = False, explain: bool = False
) -> Chosen:
    """Return a project and one of its apps as they are in the workspace of the scope, with labels over theirs.

    `lenient`: labels that cannot be told today are left out. `explain`: what was considered is told of
    a file without scoped bodies, too. Raises ProjectFileError.
    """
    if not explain and not is_scoped(app.body, "app") and not is_scoped(project.body, ""):
        return Chosen(project, app, ())
    scoping = Scoping(scope.workspace, _seen(project, scope, given, lenient=lenient), whole=project.whole)
    body = scoping.body(app.body, "app", f'app "{app.name}"')
    root = scoping.body(project.body, "", "", (body,))
    blocks = Blocks(project.folder, lenient=project.whole)
    here = app
    if app.name in project.apps:
        here = blocks.app(Block("app", (Label(app.name, app.position),), body, app.position))
    if problems := scoping.problems + blocks.problems:
        raise project.body.source.error(problems)
    return Chosen(project._replace(body=root, env=top.env(root)), here, tuple(scoping.resolved))


def _seen(project: Project, scope: Scope, given: Mapping[str, str], *, lenient: bool) -> Seen:
    """Return what tells the labels of the bodies around a selector."""

    def seen(around: tuple[Body, ...]) -> Mapping[str, str]:
        # There, selectors could ask for the workspace like this.
        labels = {"waypoint/workspace": scope.workspace} if project.whole else {}
        for body in (project.body, *(each for each in around if each is not project.body)):
            try:
                labels |= decode_body(body.part(lambda name: name == "labels"), _Labels, scope, "labels").labels
            except ProjectFileError:
                if not lenient:
                    raise
        return {**labels, **given}

    return seen
