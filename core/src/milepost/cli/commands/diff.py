"""`milepost diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.between import compared
from milepost.cli.complete import refs
from milepost.cli.render_diff import documents, lines
from milepost.cli.session import Session
from milepost.cli.sides import pairs
from milepost.cli.ways_back import ways_back

Refs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[REF]...", help="Two runs, deployments or other operations.", autocompletion=refs),
]
Check = Annotated[bool, typer.Option("--check", help="End with 1 when anything is known to differ.")]


def command(ctx: typer.Context, which: Refs = None, check: Check = False) -> int:
    """Show what differed between two runs or deployments: commits, config, env, plugins, artifact.

    One REF: what it replaced against it. None: what a rollback goes to against what is live. Records alone are read.
    """
    session: Session = ctx.obj
    found = compared(session, pairs(session, tuple(which or ())))
    same = not any(each.differ for each in found)
    # What is compared without a REF is no promise: not all of it goes back by one rollback, or at all.
    notes = [] if which else list(ways_back(session))
    told = [*lines(found, session.screen), *(f"Note    {each}" for each in notes)]
    session.screen.answer("diff", {"same": same, "apps": documents(found), "notes": notes}, told)
    return 1 if check and not same else 0
