"""`milepost scale`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.changing import change
from milepost.cli.complete import apps
from milepost.sdk.errors import UsageError

MOST = 1000
"""More replicas of an app are taken for a slip of the finger."""

Numbers = Annotated[
    list[str],
    typer.Argument(metavar="APP=REPLICAS...", help="How many replicas each app is to have.", autocompletion=apps),
]


def command(ctx: typer.Context, numbers: Numbers) -> int:
    """Change how many replicas of what is live run; the next deploy goes by the project file again."""
    wanted: dict[str, int] = {}
    for word in numbers:
        app, equals, number = word.partition("=")
        if not equals or not number.isdecimal() or not 1 <= int(number) <= MOST:
            raise UsageError(
                f"{word!r} is not APP=REPLICAS with a number from 1 to {MOST}", hint="milepost scale web=3"
            )
        wanted[ctx.obj.host.app(app)] = int(number)
    return change(ctx.obj, "scale", tuple(wanted), replicas=wanted)
