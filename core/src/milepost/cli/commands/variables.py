"""`milepost variables`."""

from __future__ import annotations

import typer

from milepost.cli.render_variables import document, table
from milepost.cli.session import Session
from milepost.cli.variables import values
from milepost.host.gathering import resolve


def command(ctx: typer.Context) -> int:
    """Show the variables of the project file: type, value or "secret", and where the value comes from."""
    session: Session = ctx.obj
    given = values(session)
    found = resolve(session.host, session.workspace, given.variables)
    notes = (*given.notes, *given.strays)
    project = session.host.project
    session.screen.answer("variables", document(project, found, notes), table(project, found, notes, session.screen))
    return 0
