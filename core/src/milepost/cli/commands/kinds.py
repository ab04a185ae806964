"""`milepost artifact|deployment|release|operation list`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from milepost.cli import render_tables
from milepost.cli.arguments import Before, Limit, OnlyApp
from milepost.host.history.ref import resolve_operation
from milepost.host.history.writer import as_it_is

if TYPE_CHECKING:
    from milepost.cli.session import Session

_STAGES: dict[str, Sequence[str]] = {
    "artifacts": ("build", "push"),
    "deployments": ("deploy",),
    "releases": ("release",),
    "operations": (),
}


def list_artifacts(ctx: typer.Context, app: OnlyApp = None, limit: Limit = 20, before: Before = None) -> int:
    """List what was built and pushed, newest first."""
    return _list(ctx.obj, "artifacts", app, limit, before)


def list_deployments(ctx: typer.Context, app: OnlyApp = None, limit: Limit = 20, before: Before = None) -> int:
    """List deployments, newest first, and where they stand."""
    return _list(ctx.obj, "deployments", app, limit, before)


def list_releases(ctx: typer.Context, app: OnlyApp = None, limit: Limit = 20, before: Before = None) -> int:
    """List releases, newest first."""
    return _list(ctx.obj, "releases", app, limit, before)


def list_operations(ctx: typer.Context, app: OnlyApp = None, limit: Limit = 20, before: Before = None) -> int:
    """List all operations, newest first."""
    return _list(ctx.obj, "operations", app, limit, before)


def _list(session: Session, kind: str, app: str | None, limit: int, before: str | None) -> int:
    """List the operations of a kind, in the workspace that is named or in all."""
    asked = {"workspace": session.asked_workspace, "app": app, "stage": _STAGES[kind]}
    where: dict[str, str | Sequence[str]] = {name: value for name, value in asked.items() if value}
    if kind == "artifacts":
        where["status"] = ("success", "unchanged")  # what failed has made none
    store, screen = session.host.store, session.screen
    older = str(resolve_operation(store, before, session.workspace_of(before))["id"]) if before else None
    found = [as_it_is(each, store) for each in store.latest("operation", where, limit=limit, before=older)]
    oldest = str(found[-1]["id"])[-render_tables.ID_TAIL :].lower() if found else ""
    lines = [*render_tables.operations(found, screen), *render_tables.more(found, limit, oldest, screen)]
    screen.answer(kind, {kind: found}, lines)
    return 0
