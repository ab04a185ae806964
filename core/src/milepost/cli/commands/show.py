"""`milepost show`."""

from __future__ import annotations

import typer

from milepost.cli import render_show
from milepost.cli.arguments import Ref
from milepost.cli.session import Session
from milepost.host.history.ref import resolve_operation, resolve_run
from milepost.sdk.errors import UnknownNameError


def command(ctx: typer.Context, ref: Ref) -> int:
    """Show a run with its operations, or one operation."""
    session: Session = ctx.obj
    store, screen = session.host.store, session.screen
    try:
        run = resolve_run(store, ref, session.asked_workspace)
    except UnknownNameError:
        operation = resolve_operation(store, ref, session.asked_workspace)
        screen.answer("operation", {"operation": operation}, render_show.operation(operation, screen))
        return 0
    operations = store.latest("operation", {"run": run["id"]})[::-1]
    screen.answer("run", {"run": run, "operations": operations}, render_show.run(run, operations, screen))
    return 0
