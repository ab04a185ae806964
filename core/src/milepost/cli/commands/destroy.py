"""`milepost destroy`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import AppsOrRef
from milepost.cli.changing import change
from milepost.cli.confirming import confirm_destroy, confirm_volumes
from milepost.cli.session import Session
from milepost.cli.targets import apps_and_ref, former_apps
from milepost.sdk.errors import UsageError

All = Annotated[bool, typer.Option("--all", help="Every app of the workspace.")]
Live = Annotated[bool, typer.Option("--live", help="With a REF: although it is the live one.")]
Volumes = Annotated[bool, typer.Option("--volumes", help="Their data, too; --yes is not enough for that.")]
Confirm = Annotated[
    str | None, typer.Option("--confirm", metavar="NAME", help="With --volumes: the name that would be asked for.")
]


def command(
    ctx: typer.Context,
    what: AppsOrRef = None,
    everything: All = False,
    live: Live = False,
    volumes: Volumes = False,
    confirm: Confirm = None,
) -> int:
    """Remove the deployments of apps, or that of a REF, from the workspace; volumes stay unless they are asked for."""
    session: Session = ctx.obj
    if bool(what) == everything:
        raise UsageError("destroy needs a target: apps, a REF, or --all", hint="milepost destroy --all")
    apps, ref = apps_and_ref(session, what or (), former_apps(session, what or ()))
    if volumes:
        confirm_volumes(session, apps, ref, confirm)
    else:
        confirm_destroy(session, what or (), confirm)
    return change(session, "destroy", apps, target=ref, live=live or ref is None, volumes=volumes)
