"""`milepost init`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.dockerfile import NAME
from milepost.cli.scaffold import Wishes, ask_for, look_at, project_file, write_new
from milepost.cli.session import Session

Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="The project's name.")]
Start = Annotated[str | None, typer.Option("--command", metavar="COMMAND", help="What starts the app.")]
Static = Annotated[bool, typer.Option("--static", help="A static site: nothing to start.")]
Worker = Annotated[bool, typer.Option("--worker", help="An app that serves nothing.")]
Health = Annotated[str | None, typer.Option("--health", metavar="PATH", help="A path that answers when it is ready.")]


def command(
    ctx: typer.Context,
    name: Name = None,
    start: Start = None,
    static: Static = False,
    worker: Worker = False,
    health: Health = None,
) -> int:
    """Write a commented milepost.hcl for the app in this folder, or explain the waypoint.hcl that is there."""
    session: Session = ctx.obj
    if session.given.get("from_waypoint"):
        return _explain_waypoint(session)
    folder = session.flags.folder
    wishes = Wishes(name=name, command=start, static=static, worker=worker, health=health)
    plan = ask_for(session.screen, look_at(folder, wishes, _builders(session)))
    place = write_new(folder, project_file(plan))
    facts = {"file": str(place), "project": plan.name}
    session.screen.answer("init", facts, [f"wrote {place}", "Next  milepost validate", "      milepost up"])
    return 0


def _builders(session: Session) -> list[str]:
    """Return what can build here; plugins are looked for only where a Dockerfile asks for one."""
    if not (session.flags.folder / NAME).is_file():
        return []
    return [each.word for each in session.host.catalog.entries if each.role == "builder"]


def _explain_waypoint(session: Session) -> int:
    """Tell what milepost makes of the file of Waypoint in the folder or above it."""
    from milepost.cli.render_migration import migration  # noqa: PLC0415 - a new project does not need it
    from milepost.host.migration import look_at_waypoint  # noqa: PLC0415 - a new project does not need it

    migration(session, look_at_waypoint(session.host))
    return 0
