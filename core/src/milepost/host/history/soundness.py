"""What can be wrong inside a file of documents, told a sentence each."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from milepost.host.history import columns, numbering, passage
from milepost.host.history.database import Database, open_to_read
from milepost.host.history.output import SHAPE
from milepost.sdk.errors import HistoryError

MOST = 1000
"""Nobody reads more sentences than that."""


def check(database: Database) -> list[str]:
    """Return what is damaged in the file; nothing when all is sound."""
    return _pages(database) or [*_documents(database), *_parents(database), *_counters(database)][:MOST]


def check_output(path: Path) -> list[str]:
    """Return what is damaged in a file of output; nothing when all is sound, or when there is none."""
    try:
        database = open_to_read(path, SHAPE)
    except HistoryError as error:
        return [str(error)]
    if database is None:
        return []
    try:
        return _pages(database) or list(_blocks(database))[:MOST]
    finally:
        database.close()


def _pages(database: Database) -> list[str]:
    """Return what SQLite finds wrong with a file."""
    try:
        found = [str(row[0]) for row in database.read("PRAGMA integrity_check")]
    except HistoryError as error:
        return [str(error)]
    return [] if found == ["ok"] else [f"{database.path} is damaged: {each}" for each in found]


def _blocks(database: Database) -> Iterator[str]:
    """Yield the pieces of output that cannot be read."""
    for position, operation, packed, body in database.rows("SELECT position, operation, packed, body FROM block"):
        try:
            passage.read(passage.unpacked(body) if packed else body)
        except (AttributeError, ValueError, TypeError, zlib.error) as error:
            yield f"a piece of the output of {operation!r} (at {position}) cannot be read: {error}"


def _documents(database: Database) -> Iterator[str]:
    """Yield what is wrong with single documents."""
    names = columns.COLUMNS[:-1]
    labelled: dict[int, set[str]] = {}
    for label, position in database.read("SELECT label, position FROM label"):
        labelled.setdefault(position, set()).add(label)
    for position, *values, body in database.rows(f"SELECT position, {columns.QUOTED} FROM document ORDER BY position"):  # noqa: S608 - names of our own
        name = values[0]
        try:
            document = json.loads(body)
            wanted = (document["id"], document["kind"], *columns.fields(document))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"the document {name!r} is no record: {error!r}"
            continue
        yield from _differences(names, values, wanted)
        if labelled.pop(position, set()) != columns.labels(document):
            yield f"the document {name!r} is not found by its labels"
    for position, labels in labelled.items():
        yield f"there is no document at {position}, which has the labels {', '.join(sorted(labels))}"


def _differences(names: tuple[str, ...], values: list[object], wanted: tuple[object, ...]) -> Iterator[str]:
    """Yield the columns that do not say what the document says."""
    for name, found, said in zip(names, values, wanted, strict=True):
        if found != said:
            yield f"the document {values[0]!r} says {name} = {said!r}, and is found by {found!r}"


def _parents(database: Database) -> Iterator[str]:
    """Yield the operations whose run is not there."""
    rows = database.read(
        "SELECT id, run FROM document AS operation WHERE kind = 'operation' AND NOT EXISTS "
        "(SELECT 1 FROM document WHERE id = operation.run AND kind = 'run') ORDER BY position"
    )
    for operation, run in rows:
        yield f"the operation {operation!r} belongs to the run {run!r}, which is not there"


def _counters(database: Database) -> Iterator[str]:
    """Yield the counters that would give a number a second time."""
    given = dict(database.read("SELECT name, value FROM fact"))
    (highest,) = database.read("SELECT coalesce(max(number), 0) FROM document WHERE store IS NULL")[0]
    if given["number"] < highest:
        yield f"the next run would be given the number {given['number'] + 1}, but there is a run {highest} already"
    rows = database.read(
        "SELECT app, stage, max(sequence) FROM document WHERE store IS NULL AND sequence > 0 GROUP BY app, stage"
    )
    for app, stage, sequence in rows:
        if given.get(numbering.counter({"kind": "operation", "app": app, "stage": stage}), 0) < sequence:
            yield f"the next {stage} of {app} would be given a number up to {sequence}, which is there already"
