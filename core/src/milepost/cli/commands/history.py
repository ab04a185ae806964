"""`milepost history`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Before, Limit
from milepost.cli.render_tables import more, runs
from milepost.cli.session import Session
from milepost.host.history.ref import resolve_run
from milepost.host.history.writer import as_it_is


def command(ctx: typer.Context, limit: Limit = 20, before: Before = None) -> int:
    """List runs, newest first: of all workspaces, or of the one that is named."""
    session: Session = ctx.obj
    workspace = session.asked_workspace
    where = {"workspace": workspace} if workspace else {}
    store, screen = session.host.store, session.screen
    older = str(resolve_run(store, before, session.workspace_of(before))["id"]) if before else None
    found = [as_it_is(each, store) for each in store.latest("run", where, limit=limit, before=older)]
    oldest = str(found[-1]["number"]) if found else ""
    screen.answer("runs", {"runs": found}, [*runs(found, screen), *more(found, limit, oldest, screen)])
    return 0
