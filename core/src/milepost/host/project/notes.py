"""Notes: what a project file says that does no harm, and is not carried out or not as one may think."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.host.project.file import passed_over
from milepost.host.project.foreign_blocks import foreign_notes
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem


def notes(project: Project) -> tuple[Problem, ...]:
    """Return the notes on a project, in the file's order, each with its place and what to do instead."""
    found = project.body.source.error((*project.warnings, *foreign_notes(project.body))).problems
    return (*_beside(project), *found)


def _beside(project: Project) -> Iterator[Problem]:
    """Yield a note on each other project file in the folder."""
    for name in passed_over(project.file):
        hint = f"put what you need into {project.file.name}, and remove {name}"
        yield Problem(f"there is a {name}, too; {project.file.name} counts and {name} does not", hint=hint)
