"""The verdict on a run: its status, the exit status of the command, and why."""

from __future__ import annotations

from milepost.host.lifecycle.operation import failure_of
from milepost.sdk.errors import CancelledError, MilepostError
from milepost.sdk.events import PhaseFinished
from milepost.sdk.record import Failure, Operation, Status

FAILED, LIVE_CHANGED, REFUSED, CANCELLED = 1, 3, 5, 130

Verdict = tuple[Status, int, Failure | None]


def verdict(
    failed: tuple[PhaseFinished, ...], error: BaseException | None, operations: tuple[Operation, ...], cancelled: bool
) -> Verdict:
    """Return the status of the run, the exit status of the command, and why it failed."""
    if error is None and not failed:
        releases = [each.status for each in operations if each.stage == "release"]
        same = bool(releases) and all(each == "unchanged" for each in releases)
        return ("unchanged" if same else "success"), 0, None
    exit_status = LIVE_CHANGED if _changed_live(failed, operations) else _exit_status(failed, error)
    failure = _failure(failed, error)
    if cancelled or isinstance(error, CancelledError):
        return "cancelled", LIVE_CHANGED if exit_status == LIVE_CHANGED else CANCELLED, failure
    return ("refused" if exit_status == REFUSED else "error"), exit_status, failure


def _changed_live(failed: tuple[PhaseFinished, ...], operations: tuple[Operation, ...]) -> bool:
    """Return whether the run changed what is live: an app that failed says so itself, of others the records do."""
    told = {each.app for each in failed}
    others = (each for each in operations if each.app not in told and each.status == "success")
    return any(each.live_changed for each in failed) or any(map(touches_live, others))


def touches_live(operation: Operation) -> bool:
    """Return whether an operation is one that changes what is live."""
    return operation.stage == "release" or (operation.stage != "task" and operation.label in ("close", "stop", "start"))


def _exit_status(failed: tuple[PhaseFinished, ...], error: BaseException | None) -> int:
    """Return the exit status of a run that failed and changed nothing that is live."""
    if error is not None:
        return error.exit_status if isinstance(error, MilepostError) else FAILED
    statuses = {each.exit_status for each in failed if each.code != "dependency"}
    return statuses.pop() if len(statuses) == 1 else FAILED


def _failure(failed: tuple[PhaseFinished, ...], error: BaseException | None) -> Failure | None:
    """Return why the run failed, as its record keeps it."""
    if error is not None:
        return failure_of(error)
    first = next((each for each in failed if each.code != "dependency"), None)
    return None if first is None else Failure(code=first.code, message=f"{first.app}: {first.error}", hint=first.hint)
