"""`milepost history`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Before, Limit
from milepost.cli.render_tables import runs
from milepost.cli.session import Session
from milepost.host.history.writer import as_it_is


def command(ctx: typer.Context, limit: Limit = 20, before: Before = None) -> int:
    """List runs, newest first: of all workspaces, or of the one that is named."""
    session: Session = ctx.obj
    workspace = session.asked_workspace
    where = {"workspace": workspace} if workspace else {}
    found = [as_it_is(each) for each in session.host.store.latest("run", where, limit=limit, before=before)]
    session.screen.answer("runs", {"runs": found}, runs(found, session.screen))
    return 0
