"""`milepost release`."""

from __future__ import annotations

import typer

from milepost.cli.arguments import AppsOrRef
from milepost.cli.changing import change
from milepost.cli.targets import apps_and_ref


def command(ctx: typer.Context, what: AppsOrRef = None) -> int:
    """Send traffic to a staged deployment: the newest of each app, or that of a REF."""
    apps, ref = apps_and_ref(ctx.obj, what or ())
    return change(ctx.obj, "release", apps, target=ref)
