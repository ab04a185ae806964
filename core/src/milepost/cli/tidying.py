"""After a run that succeeded: what is old in the history is removed, where the project file asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.sdk.errors import MilepostError

if TYPE_CHECKING:
    from milepost.cli.session import Session


def tidy(session: Session) -> None:
    """Remove what is past the limits of the project file, once a day; that it cannot be is a warning."""
    if not session.host.project.keep.asks:
        return
    from milepost.host.keeping.daily import prune_if_due  # noqa: PLC0415 - few projects ask for it

    try:
        done = prune_if_due(session.host, session.surroundings.now())
    except (MilepostError, OSError) as error:
        session.screen.warn(f"what is old in the history could not be removed: {error}")
        return
    if done is not None and (done.runs or done.output):
        session.screen.note(
            f"removed what is past the limits of the project file: {len(done.runs)} runs, {done.lines} lines of output"
        )
