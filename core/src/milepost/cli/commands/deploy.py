"""`milepost deploy`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import Apps
from milepost.cli.changing import change
from milepost.cli.complete import refs


def command(
    ctx: typer.Context,
    apps: Apps = None,
    artifact: Annotated[
        str | None, typer.Option("--artifact", metavar="REF", help="The build to deploy.", autocompletion=refs)
    ] = None,
) -> int:
    """Deploy a built artifact, the newest when none is named, without releasing it."""
    return change(ctx.obj, "deploy", apps or (), artifact=artifact)
