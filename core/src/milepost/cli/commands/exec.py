"""`milepost exec`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import App
from milepost.cli.session import Session
from milepost.host.inquiry import execute
from milepost.sdk.errors import UsageError

Argv = Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The program and its arguments.")]


def command(ctx: typer.Context, app: App, argv: Argv) -> int:
    """Run a command in the folder and environment of a live app, with this terminal; its exit status is the answer."""
    session: Session = ctx.obj
    if session.flags.output != "text":
        raise UsageError("exec gives the terminal to its command, so it has no --json", hint="read the exit status")
    return execute(session.host, session.workspace, session.host.app(app), tuple(argv))
