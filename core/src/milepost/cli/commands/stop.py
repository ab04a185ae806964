"""`milepost stop`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import Apps
from milepost.cli.changing import change


def command(ctx: typer.Context, apps: Apps = None) -> int:
    """Stop what is live; it is kept, and start brings it back."""
    return change(ctx.obj, "stop", apps or ())
