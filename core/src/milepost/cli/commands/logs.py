"""`milepost logs`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import OneApp
from milepost.cli.complete import refs
from milepost.cli.session import Session
from milepost.sdk.errors import UsageError

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with each new line; of a run, until it has ended.")]
Tail = Annotated[int | None, typer.Option("--tail", metavar="N", min=0, help="How many last lines; all when not said.")]
OfRun = Annotated[
    str | None,
    typer.Option(
        "--run", metavar="REF", help="What a run's operations print, or printed, as recorded.", autocompletion=refs
    ),
]


def command(
    ctx: typer.Context, app: OneApp = None, follow: Follow = False, tail: Tail = None, run: OfRun = None
) -> int:
    """Show what a live app prints, or what is printed during a run."""
    session: Session = ctx.obj
    since, step = session.given.get("since"), session.given.get("step")
    if run:
        from milepost.cli.render_output import Choice, recorded_lines  # noqa: PLC0415 - only one of the two is used

        recorded_lines(session, run, Choice(app, since, step, tail, follow))
        return 0
    if step:
        raise UsageError("--step is about what a run printed", hint="milepost logs --run last --step build")
    from milepost.cli.render_logs import live_lines  # noqa: PLC0415 - it imports what asks platforms

    live_lines(session, app, follow=follow, tail=tail, since=since)
    return 0
