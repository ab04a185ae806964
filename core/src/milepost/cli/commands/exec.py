"""`milepost exec`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import App
from milepost.cli.complete import refs
from milepost.cli.session import Session
from milepost.host import executing
from milepost.sdk.errors import UsageError

Argv = Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The program and its arguments.")]
Unrecorded = Annotated[
    bool, typer.Option("--unrecorded", help="Go on although the history cannot be written; what can be is recorded.")
]
Of = Annotated[
    str | None,
    typer.Option("--deployment", metavar="REF", help="Beside that deployment, not the live one.", autocompletion=refs),
]


def command(ctx: typer.Context, app: App, argv: Argv, of: Of = None, unrecorded: Unrecorded = False) -> int:
    """Run a command in the folder and environment of a live app, with this terminal; its exit status is the answer.

    It is in the history from its beginning on: who ran what and when, secrets masked; -m says why.
    """
    session: Session = ctx.obj
    if session.flags.output != "text":
        raise UsageError("exec gives the terminal to its command, so it has no --json", hint="read the exit status")
    asked = executing.Session(
        workspace=session.workspace,
        app=session.host.app(app),
        argv=tuple(argv),
        ref=of,
        why=session.flags.why,
        labels=dict(session.flags.labels),
        unrecorded=unrecorded,
    )
    return executing.execute(session.host, asked, session.screen.warn)
