"""`milepost plugin list|show|doctor`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from milepost.cli.phrasing import columns
from milepost.cli.render_findings import findings
from milepost.cli.session import Session
from milepost.sdk.errors import UnknownNameError

Word = Annotated[str, typer.Argument(metavar="NAME", help="The word after use, or the distribution.")]


def list_plugins(ctx: typer.Context) -> int:
    """List the installed plugins, by what they are for; none is imported."""
    session: Session = ctx.obj
    entries = sorted(session.host.catalog.entries, key=lambda each: (each.role, each.word))
    rows = [(each.role, each.word, f"{each.distribution} {each.version}", f"v{each.api}") for each in entries]
    lines = (
        columns([("ROLE", "NAME", "DISTRIBUTION", "API"), *rows]) if rows else ["no plugin; pip install milepost-local"]
    )
    session.screen.answer("plugins", {"plugins": [asdict(each) for each in entries]}, lines)
    return 0


def show_plugin(ctx: typer.Context, name: Word) -> int:
    """Show what a plugin offers: its roles, and the arguments of its use block."""
    from milepost.cli.render_plugin import described  # noqa: PLC0415 - a list must not import pluggy

    session: Session = ctx.obj
    entries = session.host.catalog.entries
    found = [each for each in entries if name in (each.word, each.distribution)]
    if not found:
        known = tuple(dict.fromkeys(each.word for each in entries))
        raise UnknownNameError("plugin", name, known, hint="milepost plugin list")
    facts, lines = described(session.host.catalog, found)
    session.screen.answer("plugin", {"plugin": facts}, lines)
    return 0


def check_plugins(ctx: typer.Context) -> int:
    """Load each plugin in a process of its own and say what is wrong with it."""
    from milepost.host.doctor import plugin_findings  # noqa: PLC0415 - a list must not import msgspec

    return findings(ctx.obj, "plugin-findings", plugin_findings(ctx.obj.host))
