"""`milepost restart`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Apps
from milepost.cli.changing import change


def command(ctx: typer.Context, apps: Apps = None) -> int:
    """Restart what is live."""
    return change(ctx.obj, "restart", apps or ())
