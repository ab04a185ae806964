"""`milepost lock list|break`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.render_tables import doing, locks
from milepost.cli.session import Session
from milepost.sdk.errors import UnknownNameError

LockName = Annotated[str, typer.Argument(metavar="LOCK", help="The lock's name, as lock list shows it.")]


def list_locks(ctx: typer.Context) -> int:
    """List who holds which lock, since when, doing what."""
    session: Session = ctx.obj
    held = session.host.store.locks()
    session.screen.answer("locks", {"locks": held}, locks(held, session.screen))
    return 0


def break_lock(ctx: typer.Context, name: LockName) -> int:
    """Ask the run that holds a lock to end; the lock is free when it has cleaned up."""
    session: Session = ctx.obj
    store = session.host.writable_store()
    held = store.locks()
    if name not in held:
        raise UnknownNameError("lock", name, tuple(held), hint="milepost lock list")
    owner = held[name]
    session.screen.confirm(f"This cancels {doing(owner) or 'a run'} of {owner.get('user') or 'somebody'}.", name)
    store.ask_cancel(str(owner["run_id"]))
    session.screen.answer("lock", {"lock": name, "owner": owner}, [f"asked {doing(owner)} to end; it frees the lock"])
    return 0
