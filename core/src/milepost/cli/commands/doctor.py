"""`milepost doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.render_findings import findings
from milepost.cli.render_json import plain
from milepost.cli.render_orphans import orphan_document
from milepost.cli.session import Session
from milepost.host.doctor import doctor
from milepost.host.examination import examine, object_findings
from milepost.host.orphans import LIMIT

Within = Annotated[float, typer.Option("--limit", metavar="SECONDS", help="How long a platform may take to answer.")]


def command(ctx: typer.Context, limit: Within = LIMIT) -> int:
    """Check what milepost needs, and whether the platforms have what the history says; nothing is changed."""
    session: Session = ctx.obj
    checked = doctor(session.host)
    seen = examine(session.host, session.flags.workspace, limit)
    if seen is None:
        return findings(session, "findings", checked)
    more = {
        "orphans": [orphan_document(each) for each in seen.orphans],
        "missing": [plain(each) for each in seen.missing],
        "interrupted": [plain(each) for each in seen.interrupted],
        "unasked": list(seen.unasked),
    }
    return findings(session, "findings", (*checked, *object_findings(seen)), more)
