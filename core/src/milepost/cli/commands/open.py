"""`milepost open`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.complete import apps_and_refs
from milepost.cli.opening import show, wish
from milepost.cli.session import Session
from milepost.host.lifecycle.interrupts import Interrupts
from milepost.host.reaching import reach

AppOrRef = Annotated[
    str | None,
    typer.Argument(metavar="[APP|REF]", help="An app, or the REF of a deployment.", autocompletion=apps_and_refs),
]
Staged = Annotated[bool, typer.Option("--staged", help="The newest deployment that waits for its release.")]
Direct = Annotated[bool, typer.Option("--direct", help="The live one itself, past the releaser.")]
Print = Annotated[bool, typer.Option("--print", help="Print the URL and open no browser.")]


def command(
    ctx: typer.Context, what: AppOrRef = None, staged: Staged = False, direct: Direct = False, only: Print = False
) -> int:
    """Open an app in the browser: where it is public, or a deployment of it; a tunnel stands until Ctrl-C."""
    session: Session = ctx.obj
    interrupts = Interrupts()
    with (
        interrupts.heard(),
        reach(session.host, wish(session, what, staged=staged, direct=direct), interrupts.cancel) as reached,
    ):
        show(session, reached, interrupts.cancel, browse=not only)
    return 0
