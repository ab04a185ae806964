"""The values that the command line gives to the project file's variables, with those that are found around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.cli.by_hand import by_hand
from milepost.host.gathering import gather
from milepost.host.project.variable_sources import Gathered
from milepost.sdk.request import Variable

if TYPE_CHECKING:
    from milepost.cli.session import Session


def variables(session: Session, *, by_records: bool = False) -> tuple[Variable, ...]:
    """Return the values for the project file's variables, and tell what is odd about them.

    What goes by records does without files that are wrong, where nobody named them. Raises UsageError for an
    environment variable that is not set, ProjectError for files that are wrong.
    """
    found = values(session, by_records=by_records)
    for each in found.notes:
        session.screen.note(each)
    return found.variables


def values(session: Session, *, by_records: bool = False) -> Gathered:
    """Return the values for the project file's variables, and what is odd about them. Raises what `variables` does."""
    return gather(session.host, session.workspace, by_hand(session.flags, session.environment), lenient=by_records)
