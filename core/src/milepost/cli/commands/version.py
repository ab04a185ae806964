"""`milepost version`."""

from __future__ import annotations

import platform

import typer

from milepost import __version__
from milepost.cli.session import Session


def command(ctx: typer.Context) -> int:
    """Show the version of milepost, of Python and of the system."""
    session: Session = ctx.obj
    facts = {"milepost": __version__, "python": platform.python_version(), "system": platform.platform()}
    session.screen.answer("version", facts, [f"{name} {value}" for name, value in facts.items()])
    return 0
