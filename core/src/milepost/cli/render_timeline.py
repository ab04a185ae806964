"""The operations of a run by when they began, with bars that show what ran beside what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from milepost.cli.phrasing import clean, columns, length, moment, taken
from milepost.cli.render_tables import operation_name, result, tail

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document

SHORTEST = 0.05
"""How long a part takes at least, in seconds, to be told."""
BAR = 24
"""How many cells the whole run takes."""


def timeline(run: Document, operations: Sequence[Document], screen: Screen, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the operations, each with its parts, hooks and warnings below; bars on a terminal alone.

    `names` has the REFs of what other runs made and operations were about, by their ids.
    """
    began = moment(run.get("started"))
    ends = [moment(each.get("ended")) or screen.now() for each in (run, *operations)]
    total = max(((each - began).total_seconds() for each in ends), default=0.0) if began else 0.0
    head = ("AT", "OPERATION", "STATUS", "RESULT", "TOOK", "ID")
    rows = [
        (
            f"+{_offset(began, each)}",
            operation_name(each),
            str(each.get("status")),
            "  ".join(part for part in (result(each), names.get(str(each.get("target")), "")) if part),
            taken(each),
            tail(each),
        )
        for each in operations
    ]
    first, *lines = columns([head, *rows], room=screen.room - BAR - 2 if screen.room else None)
    bars = [_bar(began, total, each, screen.now()) for each in operations] if screen.is_terminal and total else []
    width = max(len(line) for line in (first, *lines))
    yield first
    for at, (line, each) in enumerate(zip(lines, operations, strict=True)):
        yield f"{line:<{width}}  {screen.paint('faint', bars[at])}".rstrip() if bars else line
        yield from (f"    {text}" for text in (*_parts(each), *hooks(each), *_outside(each), *warnings(each)))


def hooks(document: Document) -> Iterator[str]:
    """Yield the hooks of an operation: when, what, how it ended."""
    for each in document.get("hooks") or ():
        status = f" with exit status {each['status']}" if each.get("status") else ""
        ended = f"FAILED{status}: {clean(str(each['error']))}" if each.get("error") else "done"
        command = clean(" ".join(map(str, each.get("command") or ())))
        yield f"Hook      {each.get('when')}: {command}   {ended}   {length(each.get('seconds'))}"


def warnings(document: Document) -> Iterator[str]:
    """Yield what was warned of during an operation."""
    yield from (f"Warning   {clean(str(text))}" for text in document.get("warnings") or ())


def _outside(document: Document) -> Iterator[str]:
    """Yield what an operation that was cut off has made outside, and what it only meant to make."""
    if document.get("status") != "interrupted":
        return
    gone = ", removed since" if document.get("presence") == "destroyed" else ""
    for each in document.get("resources") or ():
        done = "Made" if each.get("id") is not None else "Meant"
        yield f"{done:<9} {clean(str(each.get('kind')))} {clean(str(each.get('key')))}{gone}"


def _parts(document: Document) -> Iterator[str]:
    """Yield how long the parts of an operation took, where there are several."""
    timings = [each for each in document.get("timings") or () if float(each.get("seconds") or 0) >= SHORTEST]
    if len(timings) > 1:
        told = (f"{clean(str(each.get('part')))} {length(each.get('seconds'))}" for each in timings)
        yield f"Parts     {' · '.join(told)}"


def _offset(began: datetime | None, operation: Document) -> str:
    """Return how long after its run an operation began."""
    at = moment(operation.get("started"))
    return length(max(0.0, (at - began).total_seconds())) if began and at else ""


def _bar(began: datetime | None, total: float, operation: Document, now: datetime) -> str:
    """Return the bar of an operation; what goes on reaches up to now."""
    start = moment(operation.get("started"))
    if began is None or start is None:
        return ""
    end = moment(operation.get("ended")) or now
    first = min(BAR - 1, max(0, int((start - began).total_seconds() / total * BAR)))
    last = min(BAR, max(first + 1, round((end - began).total_seconds() / total * BAR)))
    return f"{' ' * first}{'━' * (last - first)}"
