"""`milepost start`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Apps
from milepost.cli.changing import change


def command(ctx: typer.Context, apps: Apps = None) -> int:
    """Start what was stopped."""
    return change(ctx.obj, "start", apps or ())
