"""What apps print now."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from milepost.cli.moments import point
from milepost.cli.phrasing import clock, moment
from milepost.cli.targets import only_app
from milepost.host.escapes import coloured, plain, tame
from milepost.host.inquiry import logs
from milepost.sdk.errors import UsageError

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.cli.session import Session
    from milepost.sdk.capabilities import LogLine


def live_lines(session: Session, app: str | None, *, follow: bool, tail: int | None, since: str | None = None) -> None:
    """Print what the live deployment of an app prints; with `follow` until interrupted."""
    if follow and session.flags.output == "document":
        raise UsageError("a log that is followed has no end, so no one document", hint="--json=events")
    gc.enable()  # a log may be followed for days
    earliest = moment(point("--since", since, session.screen.now())) if since else None
    kept: list[dict[str, Any]] = []
    for line in logs(session.host, session.workspace, only_app(session, app), follow=follow, tail=tail):
        if earliest and line.at and line.at < earliest:
            continue
        facts = {"at": line.at.isoformat() if line.at else None, "replica": line.replica, "text": tame(line.text)}
        if session.flags.output == "events":
            session.screen.document("log-line", facts)
        elif session.flags.output == "document":
            kept.append(facts)
        else:
            session.screen.line(_shown(session.screen, line))
    if session.flags.output == "document":
        session.screen.document("log", {"lines": kept})


def _shown(screen: Screen, line: LogLine) -> str:
    """Return a line of an app with its time and replica."""
    time = f"{clock(line.at)} " if line.at else ""
    replica = f"{line.replica} | " if line.replica else ""
    return f"{time}{replica}{coloured(line.text) if screen.has_color else plain(line.text)}"
