"""`milepost build`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Apps
from milepost.cli.changing import change


def command(ctx: typer.Context, apps: Apps = None) -> int:
    """Build and push the apps' artifacts; nothing that runs is touched."""
    return change(ctx.obj, "build", apps or ())
