"""`milepost plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import Apps
from milepost.cli.render_plan import document, lines
from milepost.cli.session import Session
from milepost.cli.variables import variables
from milepost.host.lifecycle.requesting import new_request
from milepost.host.planning import LIMIT, forecast

Within = Annotated[float, typer.Option("--limit", metavar="SECONDS", help="How long the plugins may take to answer.")]
NoSources = Annotated[bool, typer.Option("--no-sources", help="Ask no config source; what comes from one is unknown.")]


def command(ctx: typer.Context, apps: Apps = None, limit: Within = LIMIT, no_sources: NoSources = False) -> int:
    """Say what `up` would do for each app, stage by stage, and what would not be as it is live; nothing is done."""
    session: Session = ctx.obj
    host = session.host
    request = new_request(
        host,
        "up",
        workspace=session.workspace,
        apps=tuple(host.app(name) for name in apps or ()),
        variables=variables(session),
        labels=dict(session.flags.labels),
    )
    found = forecast(host, request, limit, asks=not no_sources)
    session.screen.answer("plan", document(found, host.history), lines(found, session.screen, host.history))
    return 0 if found.is_possible else 1
