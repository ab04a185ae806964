"""`milepost doctor`."""

from __future__ import annotations

import typer

from milepost.cli.render_findings import findings
from milepost.host.doctor import doctor


def command(ctx: typer.Context) -> int:
    """Check what milepost needs: folders, project file, history, plugins and the programs they call."""
    return findings(ctx.obj, "findings", doctor(ctx.obj.host))
