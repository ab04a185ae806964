"""`milepost up`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Apps
from milepost.cli.changing import change


def command(ctx: typer.Context, apps: Apps = None) -> int:
    """Build, deploy and release the apps."""
    return change(ctx.obj, "up", apps or ())
