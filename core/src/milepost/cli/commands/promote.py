"""`milepost promote`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import Ref
from milepost.cli.changing import change
from milepost.cli.complete import workspaces
from milepost.cli.session import Session
from milepost.host.history.ref import resolve_run
from milepost.sdk.errors import UsageError

To = Annotated[
    str | None,
    typer.Option("--to", metavar="WORKSPACE", help="The workspace to take them to.", autocompletion=workspaces),
]


def command(ctx: typer.Context, run: Ref, to: To = None) -> int:
    """Deploy and release a run's artifacts in another workspace, with that workspace's config; nothing is built."""
    if to is None:
        raise UsageError("promote needs the workspace to promote to", hint=f"milepost promote {run} --to WORKSPACE")
    session: Session = ctx.obj
    found = resolve_run(session.host.store, run, session.workspace_of(run))
    return change(session.within(to), "promote", target=str(found["number"]))
