"""`milepost thaw`."""

from __future__ import annotations

import typer

from milepost.cli.render_json import plain
from milepost.cli.session import Session
from milepost.host.lifecycle.noting import thaw


def command(ctx: typer.Context) -> int:
    """End the freeze of the workspace, so that it can be changed again; -m may say why."""
    session: Session = ctx.obj
    run = plain(thaw(session.host, session.workspace, session.flags.why))
    told = f"{session.workspace} can be changed again (#{run['number']})"
    session.screen.answer("run", {"run": run}, [told])
    return 0
