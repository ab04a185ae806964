"""What a rollback would not do although something is there to compare with: said beside what differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from milepost.cli.session import Session


def ways_back(session: Session) -> Iterator[str]:
    """Yield which apps a rollback without a name leaves as they are, and which have nothing to go back to."""
    from milepost.host.lifecycle.going_back import dead_end, left, newest_releases, undone  # noqa: PLC0415 - see below

    # It imports what lists need not pay for.
    project, history, workspace = session.host.project, session.host.history, session.workspace
    last = undone(newest_releases(workspace, project, history), history)
    for release in last.values():
        if not release.previous:
            end = dead_end(release, history)
            yield end.why + (f"   {end.hint}" if end.hint else "")
    yield from left(workspace, project, history, last)
