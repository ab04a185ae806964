"""`milepost logs`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import OneApp
from milepost.cli.complete import refs
from milepost.cli.render_logs import live_lines, recorded_lines
from milepost.cli.session import Session

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with each new line.")]
Tail = Annotated[int | None, typer.Option("--tail", metavar="N", min=0, help="How many last lines; all when not said.")]
OfRun = Annotated[
    str | None,
    typer.Option("--run", metavar="REF", help="What a run's operations printed, as recorded.", autocompletion=refs),
]


def command(
    ctx: typer.Context, app: OneApp = None, follow: Follow = False, tail: Tail = None, run: OfRun = None
) -> int:
    """Show what a live app prints, or what was printed during a run."""
    session: Session = ctx.obj
    if run:
        recorded_lines(session, run, app, tail)
    else:
        live_lines(session, app, follow=follow, tail=tail)
    return 0
