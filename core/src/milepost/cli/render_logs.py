"""What apps print now, and what operations printed when they ran."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import clean, clock, moment
from milepost.cli.targets import only_app
from milepost.host.history.ref import resolve_run
from milepost.host.inquiry import logs
from milepost.sdk.errors import UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.sdk.capabilities import LogLine


def live_lines(session: Session, app: str | None, *, follow: bool, tail: int | None) -> None:
    """Print what the live deployment of an app prints; with `follow` until interrupted."""
    if follow and session.flags.output == "document":
        raise UsageError("a log that is followed has no end, so no one document", hint="--json=events")
    gc.enable()  # a log may be followed for days
    kept: list[dict[str, Any]] = []
    for line in logs(session.host, session.workspace, only_app(session, app), follow=follow, tail=tail):
        facts = {"at": line.at.isoformat() if line.at else None, "replica": line.replica, "text": line.text}
        if session.flags.output == "events":
            session.screen.document("log-line", facts)
        elif session.flags.output == "document":
            kept.append(facts)
        else:
            session.screen.line(_shown(line))
    if session.flags.output == "document":
        session.screen.document("log", {"lines": kept})


def recorded_lines(session: Session, ref: str, app: str | None, tail: int | None) -> None:
    """Print what the operations of a run printed, from the history."""
    store = session.host.store
    run = resolve_run(store, ref, session.workspace_of(ref))
    where = {"run": run["id"], "app": app} if app else {"run": run["id"]}
    lines = [
        {"app": each["app"], "operation": each.get("label") or each["stage"], **line._asdict()}
        for each in reversed(store.latest("operation", where))
        for line in store.read_output(each["id"])
    ]
    shown = lines[len(lines) - min(tail, len(lines)) :] if tail is not None else lines
    text = [f"{_time(each)}{each['app']} {each['operation']} | {clean(each['text'])}" for each in shown]
    session.screen.answer("log", {"run": run["number"], "lines": shown}, text or [f"#{run['number']} printed nothing"])


def _shown(line: LogLine) -> str:
    """Return a line of an app with its time and replica."""
    time = f"{clock(line.at)} " if line.at else ""
    replica = f"{line.replica} | " if line.replica else ""
    return f"{time}{replica}{clean(line.text)}"


def _time(line: dict[str, Any]) -> str:
    at = moment(line["at"])
    return f"{clock(at)} " if at else ""
