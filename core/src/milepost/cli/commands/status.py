"""`milepost status`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import Apps
from milepost.cli.render_json import plain
from milepost.cli.render_status import workspace
from milepost.cli.session import Session
from milepost.host.inquiry import status

Recorded = Annotated[bool, typer.Option("--recorded", help="Only what the history says; nothing is asked.")]
Within = Annotated[float, typer.Option("--limit", metavar="SECONDS", help="How long to wait for answers.")]


def command(ctx: typer.Context, apps: Apps = None, recorded: Recorded = False, limit: Within = 5.0) -> int:
    """Show what is live in the workspace, how it is, and what to type next."""
    session: Session = ctx.obj
    named = tuple(session.host.app(name) for name in apps or ())
    found = status(session.host, session.workspace, named, recorded=recorded, limit=limit)
    session.screen.answer("status", plain(found), workspace(found, session.screen))
    return 0
