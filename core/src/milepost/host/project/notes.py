"""Notes: what a project file says that does no harm, and is not carried out or not as one may think."""

from __future__ import annotations

from milepost.host.project.foreign_blocks import foreign_notes
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem


def notes(project: Project) -> tuple[Problem, ...]:
    """Return the notes on a project, in the file's order, each with its place and what to do instead."""
    return project.body.source.error((*project.warnings, *foreign_notes(project.body))).problems
