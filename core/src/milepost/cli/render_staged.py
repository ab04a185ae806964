"""What a status says of what waits for its release, and of what was cut off: what can be done with it as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from milepost.cli.phrasing import clean, listed
from milepost.sdk.record import Operation, Run

if TYPE_CHECKING:
    from milepost.cli.lineage import Look
    from milepost.host.inquiry import WorkspaceStatus

ENDED = {
    "error": "failed",
    "cancelled": "was cancelled",
    "refused": "was refused",
    "interrupted": "was interrupted",
    "running": "has not ended",
}
"""How runs ended that did not bring all their apps, in words."""


def staged(status: WorkspaceStatus, look: Look) -> str:
    """Return what is staged, and what to type.

    What a run has staged that did not succeed is half of what was meant: it must not go live beside what is older.
    """
    where = "" if status.workspace == "default" else f" -w {clean(status.workspace)}"
    names: list[str] = []
    whole: list[str] = []
    halves: list[str] = []
    for each in (one for app in status.apps for one in app.staged):
        name, ended = f"{each.app}#{each.number}", _half(each, look)
        names.append(f"{name} (of #{each.number}, which {ended})" if ended else name)
        if not ended:
            whole.append(each.app)
        elif ended != ENDED["running"]:
            halves.append(name)
    apps = "".join(f" {app}" for app in dict.fromkeys(whole)) if len(whole) < len(names) else ""
    ways = [f"milepost release{apps}{where}"] if whole else []
    ways += [f"milepost up{where}", *(f"milepost destroy {name}{where}" for name in halves)] if halves else []
    return "   ".join([listed(names), *ways])


def _half(deployment: Operation, look: Look) -> str:
    """Return how the run of a deployment ended, where that was no success; empty where it was, or nobody knows."""
    run = look.run(deployment.run)
    return ENDED.get(run.status, "") if run else ""


def broken(interrupted: Sequence[Operation | Run]) -> Iterator[str]:
    """Yield what was cut off and whose next run looks after it: a run's own end is found by any run."""
    operations = [each for each in interrupted if isinstance(each, Operation)]
    told = {each.number for each in operations}
    for one in operations:
        what = f"#{one.number}'s {clean(one.app)} {clean(one.label or one.stage)}"
        yield f"Broken  {what} was interrupted; the next run of {clean(one.app)} cleans up   {_show(one)}"
    for each in interrupted:
        if each.number not in told:
            told.add(each.number)
            yield f"Broken  #{each.number} was interrupted; the next run cleans up   {_show(each)}"


def _show(record: Operation | Run) -> str:
    return f"milepost show {record.number}"
