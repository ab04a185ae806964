"""`milepost rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.arguments import Apps, OnlyApp
from milepost.cli.changing import change
from milepost.cli.complete import refs

To = Annotated[str | None, typer.Option("--to", metavar="REF", help="The run to go back to.", autocompletion=refs)]


def command(ctx: typer.Context, apps: Apps = None, app: OnlyApp = None, to: To = None) -> int:
    """Undo the last run that released something, or go back to an earlier one."""
    named = [*(apps or ()), *([app] if app else ())]
    return change(ctx.obj, "rollback", named, target=to)
