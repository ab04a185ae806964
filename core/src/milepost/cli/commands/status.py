"""`milepost status`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.arguments import Apps
from milepost.cli.beside import beside, surveying
from milepost.cli.phrasing import clean
from milepost.cli.render_json import plain
from milepost.cli.render_status import Told, in_time, workspace
from milepost.cli.session import Session
from milepost.host.inquiry import quiet_bench, status

if TYPE_CHECKING:
    from milepost.host.inquiry import AppStatus

Recorded = Annotated[bool, typer.Option("--recorded", help="Only what the history says; nothing is asked.")]
Within = Annotated[float, typer.Option("--limit", metavar="SECONDS", help="How long to wait for answers.")]
Check = Annotated[bool, typer.Option("--check", help="End with 1 unless all that should be live is ready.")]


LOOK_AT = 200
"""How many of the newest runs are asked for their workspaces."""


def command(
    ctx: typer.Context, apps: Apps = None, recorded: Recorded = False, limit: Within = 5.0, check: Check = False
) -> int:
    """Show what is live in the workspace, how it is, and what to type next."""
    session: Session = ctx.obj
    named = tuple(session.host.app(name) for name in apps or ())
    asks = check or not recorded
    began = session.screen.now()
    bench = quiet_bench(session.host)
    survey = surveying(session.host, session.workspace, limit, bench) if asks else None
    found = status(session.host, session.workspace, named, recorded=not asks, limit=limit, bench=bench)
    took = (session.screen.now() - began).total_seconds()
    around = beside(session, survey(limit - took) if survey else None)
    told = Told(in_time(took) if asks else "as recorded; nothing was asked", around)
    lines = [*workspace(found, session.screen, session.host.history, told), *_never_used(session)]
    session.screen.answer("status", {**plain(found), "asked": asks, **around.as_document()}, lines)
    fine = all(_is_well(session, each, expected=bool(named)) for each in found.apps)
    return 1 if check and not fine else 0


def _never_used(session: Session) -> Iterator[str]:
    """Yield that no run was ever made in the workspace, and where there was one: its name may be mistyped."""
    store, name = session.host.store, session.workspace
    if store.latest("run", {"workspace": name}, limit=1):
        return
    others = dict.fromkeys(clean(str(each["workspace"])) for each in store.latest("run", {}, limit=LOOK_AT))
    there = f"there is {', '.join(sorted(others))}" if others else "milepost up makes the first"
    yield f"Note    no run was ever made in {clean(name)}; {there}"


def _is_well(session: Session, app: AppStatus, *, expected: bool) -> bool:
    """Return whether an app is as it should be: ready, or not there and neither named nor live by the history."""
    if app.note:
        return False
    if app.live is None:
        return not expected and session.host.history.live(app.app, session.workspace) is None
    return app.health.name == "ready" and (app.public is None or app.public.name in ("ready", "unknown"))
