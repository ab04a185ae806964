"""`milepost validate`."""

from __future__ import annotations

import typer

from milepost.cli.render_json import problem_document
from milepost.cli.session import Session
from milepost.cli.variables import variables
from milepost.host.project.notes import notes
from milepost.host.validation import validate
from milepost.sdk.errors import ProjectFileError


def command(ctx: typer.Context) -> int:
    """Check the project file, the plugins it names and how they fit, without running anything."""
    session: Session = ctx.obj
    project = session.host.project
    problems = validate(session.host, session.workspace, variables(session), dict(session.flags.labels))
    if problems:
        raise ProjectFileError(problems)
    found = notes(project)
    facts = {
        "file": str(project.file),
        "project": project.name,
        "apps": list(project.apps),
        "problems": [],
        "notes": [problem_document(each) for each in found],
    }
    lines = [f"{project.file.name} is valid: {', '.join(project.apps) or 'it has no apps'}"]
    session.screen.answer("validation", facts, [*lines, *(f"note: {each}" for each in found)])
    return 0
