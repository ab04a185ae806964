"""What is told after the output of a run: what of it is no longer there, and the evidence of what failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import clean, counted

if TYPE_CHECKING:
    from milepost.host.history.replay import Replay
    from milepost.sdk.store import Document, HistoryStore


def lost_lines(store: HistoryStore, replay: Replay) -> int:
    """Return how many lines the operations printed that were read, and that are no longer there."""
    short = [each for name, each in replay.operations.items() if replay.read[name] < int(each.get("printed") or 0)]
    if not short:
        return 0
    from milepost.host.keeping.removed import missing_lines  # noqa: PLC0415 - hardly ever is anything lost

    # Of what was too much to be kept, the beginning and the end are there: where nothing is, all is lost.
    return sum(missing_lines(each, store) if replay.read[str(each["id"])] else int(each["printed"]) for each in short)


def lost(number: object, lines: int) -> str:
    """Return that lines are lost."""
    be = "is" if lines == 1 else "are"
    return f"#{number} printed {counted(lines, 'line')} that {be} no longer here   milepost store verify"


def evidence(replay: Replay) -> Iterator[str]:
    """Yield the evidence of what failed, each line marked as such."""
    for each in evidence_documents(replay):
        prefix = clean(f"{each['app']} {each['operation']} evidence | ")
        yield f"{prefix}-- {clean(each['title'])} --"
        yield from (f"{prefix}{clean(line)}" for line in each["text"].splitlines())


def evidence_documents(replay: Replay) -> list[dict[str, Any]]:
    """Return the evidence of what failed as documents."""
    return [
        {
            "app": str(operation.get("app")),
            "operation": str(operation.get("label") or operation.get("stage")),
            "title": str(each.get("title") or ""),
            "text": str(each.get("text") or ""),
        }
        for operation in replay.operations.values()
        if operation.get("failure")
        for each in _things(operation)
    ]


def _things(operation: Document) -> list[Document]:
    """Return what explains the failure of an operation, as far as it is understood."""
    return [each for each in operation.get("evidence") or () if isinstance(each, dict)]
