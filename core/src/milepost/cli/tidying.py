"""After a command: what is old is removed where the project file asks for it, and histories left behind are named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.keeping.pointer import left_behind, moved
from milepost.sdk.errors import HistoryError, MilepostError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from milepost.cli.session import Session
    from milepost.host.assembly import Host


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


def strays(host: Host) -> Iterator[str]:
    """Yield that the history that was used was moved, or that another one lies in the project's folder.

    Nothing is said where no history was opened.
    """
    used = vars(host).get("whereabouts")
    if used is None:
        return
    here = Path(used.folder) if used.folder else None
    try:
        word = moved(here) if here else None
        beside = left_behind(host.project.folder)
    except HistoryError as error:
        yield str(error)
        return
    if here and word and word.done:
        yield f"the history at {here} was moved to {word.to}; what it shows is as it was then"
    if beside and beside != here:
        yield f"an older history lies in {beside}; bring it here  milepost store move --from .milepost"
