"""`milepost show`."""

from __future__ import annotations

import typer

from milepost.cli import render_show
from milepost.cli.arguments import Ref
from milepost.cli.session import Session
from milepost.host.history.ref import WORDS, parse_ref, resolve_operation, resolve_run
from milepost.host.history.writer import as_it_is
from milepost.sdk.store import Document


def command(ctx: typer.Context, ref: Ref) -> int:
    """Show a run with its operations, or one operation."""
    session: Session = ctx.obj
    store, screen, workspace = session.host.store, session.screen, session.workspace_of(ref)
    parts = parse_ref(ref)
    run = as_it_is(resolve_run(store, ref, workspace), store)
    if (parts and parts.label) or not (parts or ref in WORDS or _is_its_end(ref, run)):
        operation = as_it_is(resolve_operation(store, ref, workspace), store)
        screen.answer("operation", {"operation": operation}, render_show.operation(operation, screen))
        return 0
    where = {"run": run["id"], "app": parts.app} if parts and parts.app else {"run": run["id"]}
    operations = [as_it_is(each, store) for each in reversed(store.latest("operation", where))]
    screen.answer("run", {"run": run, "operations": operations}, render_show.run(run, operations, screen))
    return 0


def _is_its_end(ref: str, run: Document) -> bool:
    """Return whether the run's own id ends so, not that of one of its operations."""
    return str(run["id"]).lower().endswith(ref.lower())
