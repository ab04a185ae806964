"""`milepost redeploy`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Apps
from milepost.cli.changing import change


def command(ctx: typer.Context, apps: Apps = None) -> int:
    """Deploy and release the live artifacts with today's config."""
    return change(ctx.obj, "redeploy", apps or ())
