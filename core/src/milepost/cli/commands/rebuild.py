"""`milepost history rebuild`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.phrasing import line_of
from milepost.cli.render_json import plain
from milepost.cli.render_orphans import rebuilt_lines
from milepost.cli.session import Session
from milepost.host.orphans import LIMIT, survey
from milepost.host.rebuild import lost, rebuild

Within = Annotated[float, typer.Option("--limit", metavar="SECONDS", help="How long a platform may take to answer.")]


def command(ctx: typer.Context, limit: Within = LIMIT) -> int:
    """Make the history of a workspace anew from the labels of what runs, after the history itself was lost."""
    session: Session = ctx.obj
    found = survey(session.host, session.workspace, limit)
    orphans = lost(found)
    if orphans:
        others = sorted({each.sighting.store or "unknown" for each in orphans if each.is_foreign})
        whose = f"of the history {line_of(', '.join(others))}, which must be lost for good, " if others else ""
        text = f"This makes records for {len(orphans)} deployments {whose}in {session.host.store.place}."
        session.screen.confirm(text, session.workspace)
    made = rebuild(session.host, found, session.flags.why)
    document = {
        "run": plain(made.run),
        "runs": [plain(each) for each in made.runs],
        "deployments": [plain(each) for each in made.deployments],
        "live": [plain(each) for each in made.live],
        "untold": list(made.untold),
    }
    session.screen.answer("rebuilt", document, rebuilt_lines(made, found))
    return 0
