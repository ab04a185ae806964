"""`milepost doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.by_hand import by_hand
from milepost.cli.render_findings import findings
from milepost.cli.render_json import plain
from milepost.cli.render_orphans import orphan_document
from milepost.cli.session import Session
from milepost.host.doctor import doctor
from milepost.host.examination import examine, object_findings
from milepost.host.examining import needs
from milepost.host.orphans import LIMIT

Within = Annotated[float, typer.Option("--limit", metavar="SECONDS", help="How long a plugin may take to answer.")]


def command(ctx: typer.Context, limit: Within = LIMIT) -> int:
    """Check what milepost and its plugins need, the secrets, and what platforms have; nothing is changed."""
    session: Session = ctx.obj
    host, workspace = session.host, session.flags.workspace
    checked = (*doctor(host, workspace), *needs(host, workspace, by_hand(session.flags, session.environment), limit))
    seen = examine(host, workspace, limit)
    if seen is None:
        return findings(session, "findings", checked)
    more = {
        "orphans": [orphan_document(each) for each in seen.orphans],
        "missing": [plain(each) for each in seen.missing],
        "interrupted": [plain(each) for each in seen.interrupted],
        "unasked": list(seen.unasked),
    }
    return findings(session, "findings", (*checked, *object_findings(seen)), more)
