"""`milepost freeze`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.flags import seconds
from milepost.cli.render_json import plain
from milepost.cli.session import Session
from milepost.host.lifecycle.freezing import until_when
from milepost.host.lifecycle.noting import freeze
from milepost.sdk.errors import UsageError

For = Annotated[
    str | None, typer.Option("--for", metavar="TIME", help="End it after that: 90m, 8h, 3d; until thaw when not said.")
]

LONGEST = 3650 * 86400.0
"""How long a freeze may last that ends by itself, in seconds."""


def command(ctx: typer.Context, lasting: For = None) -> int:
    """Let nothing but a rollback change the workspace, on whatever machine: -m says why, thaw ends it."""
    session: Session = ctx.obj
    workspace, why = session.workspace, session.flags.why
    if not why.strip():
        raise UsageError(
            "a freeze says why: whoever is refused reads it",
            hint=f"milepost freeze -w {workspace} -m 'sale until Monday' --for 3d",
        )
    length = _length(lasting)
    if not session.host.store.latest("run", {"workspace": workspace}, 1):
        session.screen.warn(f"no run was ever made in {workspace}; is that its name?")
    run = plain(freeze(session.host, workspace, why, length))
    told = f"{workspace} is frozen {until_when(run)} (#{run['number']}); a rollback is still allowed"
    session.screen.answer("run", {"run": run}, [told, f"end it  milepost thaw -w {workspace}"])
    return 0


def _length(lasting: str | None) -> float | None:
    """Return how long the freeze lasts, in seconds; None: until it is thawed. Raises UsageError."""
    if lasting is None:
        return None
    length = seconds("--for", lasting)
    if length is not None and not 0 < length <= LONGEST:
        raise UsageError(f"--for {lasting!r} is no length of a freeze; expected up to ten years", hint="--for 3d")
    return length
