"""`milepost config`: what the project file says here."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.complete import apps
from milepost.cli.render_config import explained
from milepost.cli.session import Session
from milepost.cli.variables import variables
from milepost.host.explaining import explain

App = Annotated[str | None, typer.Argument(metavar="APP", help="The app; none: all.", autocompletion=apps)]


def explain_config(ctx: typer.Context, app: App = None) -> int:
    """Show which bodies of the project file apply in this workspace, why, and the arguments that come of them."""
    session: Session = ctx.obj
    host, labels = session.host, dict(session.flags.labels)
    names = [host.app(app)] if app else list(host.project.apps)
    given = variables(session)
    found = [explain(host, session.workspace, name, given, labels) for name in names]
    explained(session, found)
    return 0
