"""`milepost workspace list`."""

from __future__ import annotations

import typer

from milepost.cli.render_tables import workspaces
from milepost.cli.session import Session
from milepost.cli.workspaces import known


def command(ctx: typer.Context) -> int:
    """List the workspaces of the project file and of the history: what is live in each, and its last run."""
    session: Session = ctx.obj
    found = known(session.host.store, session.host.project.workspaces)
    lines = [*workspaces(found.workspaces, session.screen), *([] if found.whole else ["older runs were not looked at"])]
    session.screen.answer("workspaces", found._asdict(), lines)
    return 0
