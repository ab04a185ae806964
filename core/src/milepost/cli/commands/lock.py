"""`milepost lock list`."""

from __future__ import annotations

import typer

from milepost.cli.render_tables import locks
from milepost.cli.session import Session


def list_locks(ctx: typer.Context) -> int:
    """List who holds which lock, since when, doing what."""
    session: Session = ctx.obj
    held = session.host.store.locks()
    session.screen.answer("locks", {"locks": held}, locks(held, session.screen))
    return 0
