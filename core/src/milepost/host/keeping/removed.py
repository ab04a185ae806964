"""What stands in the place of output that was removed for its age, so that nobody takes it for lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from milepost.host.lifecycle.kept import OURS
from milepost.sdk.store import Document, HistoryStore, OutputLine


def remove_output(store: HistoryStore, operations: Sequence[str], now: datetime) -> None:
    """Remove the output of operations; a line says when, and how much that was."""
    lasts = {each: lines[-1].number for each in operations if (lines := store.read_output(each))}
    store.drop_output(operations)
    for operation, last in lasts.items():
        what = "1 line was" if last == 1 else f"{last:,} lines were"
        text = f"... {what} removed on {now:%Y-%m-%d}, being older than what is to be kept ..."
        store.write_output(operation, [OutputLine(last + 1, now.isoformat(), OURS, "say", text)])


def was_removed(lines: Sequence[OutputLine]) -> bool:
    """Return whether only the line is left that says that the others were removed."""
    return len(lines) == 1 and lines[0].source == OURS and lines[0].number > 1


def is_short(operation: Document, lines: Sequence[OutputLine]) -> bool:
    """Return whether lines are missing that the operation printed, and that nobody left out on purpose."""
    printed = operation.get("printed")
    # What was brought from elsewhere may have come without its output.
    if not isinstance(printed, int) or operation.get("unkept") or operation.get("store"):
        return False
    return len(lines) < printed and not was_removed(lines)


def missing_lines(operation: Document, store: HistoryStore) -> int:
    """Return how many of the lines that an operation printed are not there any more."""
    if not operation.get("printed"):
        return 0
    lines = store.read_output(str(operation["id"]))
    return int(operation["printed"]) - len(lines) if is_short(operation, lines) else 0
