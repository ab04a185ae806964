"""`milepost store adopt`."""

from __future__ import annotations

import typer

from milepost.cli.session import Session


def command(ctx: typer.Context) -> int:
    """Say that the history under this project's name is this project's, although it came from elsewhere."""
    session: Session = ctx.obj
    store = session.host.adopt()
    facts = {"place": store.place, "id": store.id}
    session.screen.answer("store", facts, [f"the history at {store.place} is this project's now"])
    return 0
