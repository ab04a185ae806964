"""Moving a history to another place: all of it is copied and compared, then word is left at the old place."""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from milepost.host.keeping.export import Amount
from milepost.host.keeping.paging import batches, documents, in_order
from milepost.host.keeping.pointer import Pointer, moved, point, refuse_moved, take_back
from milepost.sdk.errors import HistoryError, LockedError
from milepost.sdk.store import Document, HistoryStore


class Move(NamedTuple):
    """From where to where."""

    source: HistoryStore
    target: HistoryStore
    """Opened with the id of the source, which is on the labels of all objects outside."""
    folder: Path | None
    """The folder that is left; None for a shared store, where no word can be left."""


def move(way: Move, now: datetime) -> Amount:
    """Copy a history and leave word at the old place; return how much it was.

    Raises LockedError while runs go on, HistoryError when another history is there already. A move that was cut off is
    finished by doing it again.
    """
    _demand_target(way)
    word = Pointer(way.target.place, now.isoformat(), done=False)
    if way.folder is not None:
        # From here on nobody begins to write; who has begun holds a lock.
        point(way.folder, word)
    try:
        _demand_idle(way.source)
        amount = _copy(way)
        _compare(way)
    except LockedError:
        if way.folder is not None:
            take_back(way.folder)
        raise
    if way.folder is not None:
        point(way.folder, word._replace(done=True))
    return amount


def demand_history(source: HistoryStore) -> None:
    """Raise HistoryError when there is nothing to be moved."""
    if not source.latest("run", {}, limit=1):
        raise HistoryError(f"there is no history at {source.place} to be moved", hint="milepost store stats")


def _demand_target(way: Move) -> None:
    """Raise HistoryError unless the target is empty, or has what an earlier attempt brought there."""
    source, target = way.source, way.target
    word = moved(way.folder) if way.folder is not None else None
    if way.folder is not None and word is not None and (word.done or word.to != target.place):
        refuse_moved(way.folder)
    if source.place == target.place:
        raise HistoryError(f"the history is at {source.place} already", hint="name another place")
    there = target.latest("run", {}, limit=1)
    if source.id != target.id or (there and not _is_half(way)):
        raise HistoryError(
            f"there is another history at {target.place} already",
            hint="bring this one into it: milepost store export FILE, then there milepost store import FILE --as NAME",
        )


def _is_half(way: Move) -> bool:
    """Return whether what is at the target is what a move that was cut off has left there."""
    pointer = moved(way.folder) if way.folder is not None else None
    return pointer is not None and not pointer.done and pointer.to == way.target.place


def _demand_idle(source: HistoryStore) -> None:
    """Raise LockedError while something is going on in a history."""
    for name, owner in sorted(source.locks().items()):
        who = f"{owner.get('user') or 'somebody'}@{owner.get('host') or 'somewhere'}"
        doing = f"run #{owner.get('run', '?')}, {owner.get('verb', '?')}"
        raise LockedError(name, who, str(owner.get("since", "an unknown time")), doing)


def _copy(way: Move) -> Amount:
    """Copy all documents and their output; what an earlier attempt brought is replaced."""
    for kind in ("operation", "run"):
        while page := way.target.latest(kind, {}, limit=500):
            way.target.remove([str(each["id"]) for each in page])
    way.target.admit(in_order(way.source))
    lines = sum(_copy_output(way, each) for each in documents(way.source, "operation", oldest=True))
    runs, operations = (sum(1 for _ in documents(way.target, kind)) for kind in ("run", "operation"))
    return Amount(runs, operations, lines)


def _copy_output(way: Move, operation: Document) -> int:
    """Copy what was printed during an operation, and return how many lines that is."""
    name = str(operation["id"])
    lines = way.source.read_output(name)
    for some in batches(lines):
        way.target.write_output(name, some)
    if lines:
        way.target.seal_output(name)
    return len(lines)


def _compare(way: Move) -> None:
    """Raise HistoryError unless all that the source has is at the target as it was."""
    for kind in ("run", "operation"):
        for mine, copied in zip_longest(documents(way.source, kind), documents(way.target, kind)):
            if mine != copied:
                raise _not_as_it_was(way, (mine or copied)["id"])
            if kind == "operation" and way.source.read_output(mine["id"]) != way.target.read_output(mine["id"]):
                raise _not_as_it_was(way, f"the output of {mine['id']}")


def _not_as_it_was(way: Move, what: str) -> HistoryError:
    """Return the error for something that did not arrive."""
    return HistoryError(
        f"{what} is not at {way.target.place} as it was: the move is not finished",
        hint="see that nobody writes the history, and do the same again",
    )
