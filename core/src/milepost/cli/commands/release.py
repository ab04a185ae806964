"""`milepost release`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import AppsOrRef
from milepost.cli.changing import change
from milepost.cli.targets import apps_and_ref
from milepost.sdk.errors import UsageError

Weight = Annotated[
    int | None,
    typer.Option("--weight", metavar="PERCENT", help="Send it a part of the traffic; the rest stays where it is."),
]
Finish = Annotated[bool, typer.Option("--finish", help="Release what gets a part of the traffic now.")]
Abort = Annotated[bool, typer.Option("--abort", help="Send all traffic to what is live again.")]


def command(
    ctx: typer.Context, what: AppsOrRef = None, weight: Weight = None, finish: Finish = False, abort: Abort = False
) -> int:
    """Send traffic to a staged deployment: the newest of each app, or that of a REF."""
    if (weight is not None) + finish + abort > 1:
        raise UsageError("--weight, --finish and --abort cannot be given together")
    if weight is not None and not 1 <= weight <= 99:
        raise UsageError(
            f"--weight {weight} is no part of the traffic; expected 1 to 99",
            hint="milepost release sends all of it, milepost release --abort none",
        )
    apps, ref = apps_and_ref(ctx.obj, what or ())
    return change(ctx.obj, "release", apps, target=ref, weight=weight, finish=finish, abort=abort)
