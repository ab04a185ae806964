"""`milepost lock list`."""

from __future__ import annotations

import typer

from milepost.cli.render_tables import locks
from milepost.cli.session import Session
from milepost.host.history.writer import RUN_LOCK


def list_locks(ctx: typer.Context) -> int:
    """List who holds which lock, since when, doing what."""
    session: Session = ctx.obj
    locked = session.host.store.locks()
    held = {name: owner for name, owner in locked.items() if not name.startswith(RUN_LOCK)}
    session.screen.answer("locks", {"locks": held}, locks(held, session.screen))
    return 0
