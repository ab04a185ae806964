"""`milepost validate`."""

from __future__ import annotations

import typer

from milepost.cli.session import Session
from milepost.cli.variables import variables
from milepost.host.validation import validate
from milepost.sdk.errors import ProjectFileError


def command(ctx: typer.Context) -> int:
    """Check the project file, the plugins it names and how they fit, without running anything."""
    session: Session = ctx.obj
    project = session.host.project
    problems = validate(session.host, session.workspace, variables(session))
    if problems:
        raise ProjectFileError(problems)
    facts = {"file": str(project.file), "project": project.name, "apps": list(project.apps), "problems": []}
    session.screen.answer("validation", facts, [f"{project.file.name} is valid: {', '.join(project.apps)}"])
    return 0
