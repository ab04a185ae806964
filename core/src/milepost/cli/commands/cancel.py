"""`milepost cancel`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Ref
from milepost.cli.render_json import plain
from milepost.cli.session import Session
from milepost.host.cancelling import cancel


def command(ctx: typer.Context, ref: Ref) -> int:
    """Ask a run to end, wherever it is carried out; it cleans up first, and this does not wait for it."""
    session: Session = ctx.obj
    run = cancel(session.host, ref, session.workspace_of(ref), session.flags.why)
    session.screen.answer("run", {"run": plain(run)}, [f"asked #{run.number} to end   milepost show {run.number}"])
    return 0
