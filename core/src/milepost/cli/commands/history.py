"""`milepost history`."""

from __future__ import annotations

import typer

from milepost.cli.fields import chosen
from milepost.cli.listing import listing, page
from milepost.cli.render_tables import RUNS, more, run_name, table
from milepost.cli.session import Session


def command(ctx: typer.Context) -> int:
    """List runs, newest first: of all workspaces, or of the one that is named."""
    session: Session = ctx.obj
    session.tell_undelivered()
    columns = chosen(session.given["columns"], RUNS, "run") if session.given.get("columns") else RUNS
    wanted = listing(session, "run", {})
    found = page(session, wanted)
    last = found.documents[-1] if found.documents else {}
    any_run = session.host.store.latest("run", {}, limit=1)
    nothing = "no run like that" if any_run else "no run yet; milepost up makes the first"
    lines = table(found.documents, columns, session.screen) or [nothing]
    lines += more(found, wanted, run_name(last).removeprefix("#"), session.screen)
    session.screen.answer("runs", {"runs": found.documents, "next": last.get("id") if found.more else None}, lines)
    return 0
