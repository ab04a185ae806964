"""`milepost show`."""

from __future__ import annotations

import typer

from milepost.cli import render_show
from milepost.cli.ancestry import ancestry, as_document
from milepost.cli.arguments import Ref
from milepost.cli.legible import unknown
from milepost.cli.looking import names_in, operations_of, shown, targets_in
from milepost.cli.session import Session


def command(ctx: typer.Context, ref: Ref) -> int:
    """Show a run with its operations as a timeline, or one operation with what it came from and became."""
    session: Session = ctx.obj
    store, screen = session.host.store, session.screen
    run, operation, app = shown(session, ref)
    if operation is not None:
        tree = ancestry(store, operation)
        document = {"operation": operation, "lineage": as_document(tree.root), **unknown(operation)}
        screen.answer("operation", document, render_show.operation(operation, screen, names_in(store, operation), tree))
        return 0
    operations = operations_of(store, run, app)
    names = {**names_in(store, run), **targets_in(store, operations)}
    lines = render_show.run(run, operations, screen, names)
    screen.answer("run", {"run": run, "operations": operations, **unknown(run)}, lines)
    return 0
