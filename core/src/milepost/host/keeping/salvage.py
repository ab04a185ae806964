"""What can be saved of a damaged history: each document and each piece of output that is sound by itself."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from milepost.host.history import passage
from milepost.host.history.journal import read_operation, read_run
from milepost.host.history.output import FILE as OUTPUT
from milepost.host.history.sqlite import FILE
from milepost.host.keeping.sqlite_pages import Pages
from milepost.host.keeping.sqlite_rows import Row, Spoilt, Value, rows
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, OutputLine

FACTS = ("id", "project", "origin", "made")
ID_LENGTH = 26
NAMED = 3
"""How many of what is lost are named; the rest is counted."""
LINE_COLUMNS, BLOCK_COLUMNS = 7, 6
"""Of the tables of output in schemas 1 and 2."""


class Saved(NamedTuple):
    """A document, kept as its text: as values, those of a large history would fill the memory."""

    id: str
    kind: str
    run: str
    ended: bool
    text: str

    @property
    def document(self) -> Document:
        """The document."""
        found: Document = json.loads(self.text)
        return found


class Salvaged(NamedTuple):
    """What is sound, and what is not."""

    facts: dict[str, str]
    """What the store knew of itself, as far as it is left."""
    documents: dict[str, Saved]
    """By their ids, in their order."""
    lost: tuple[str, ...]
    """What cannot be read, a sentence each."""


class Output(NamedTuple):
    """A piece of what was printed."""

    operation: str
    lines: list[OutputLine]


def salvage(folder: Path) -> Salvaged:
    """Return what is left of the documents in a folder."""
    found = _Documents()
    for row in rows(Pages(folder / FILE)):
        found.take(row)
    return Salvaged(found.facts, found.in_order(), found.lost())


class _Documents:
    """What was found so far."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self._found: dict[int, Saved] = {}
        self._named: dict[int, set[str]] = {}
        self._spoilt: list[str] = []
        self._spoilt_pages: list[int] = []
        self._unreadable: set[int] = set()

    def take(self, row: Row | Spoilt) -> None:
        """Look at one row, of whichever table or index."""
        if isinstance(row, Spoilt):
            self._spoilt_pages.append(row.page)
        elif row.rowid is None:
            self._take_indexed(row.values)
        elif row.values and _is_body(row.values[-1]):
            self._take_document(row.rowid, row)

    def in_order(self) -> dict[str, Saved]:
        """Return the documents as they were added; of one that is there twice, the one that has ended."""
        ordered: dict[str, Saved] = {}
        for _, saved in sorted(self._found.items()):
            there = ordered.get(saved.id)
            if there is None or not there.ended:
                ordered[saved.id] = saved
        return ordered

    def lost(self) -> tuple[str, ...]:
        """Return what is lost, as far as an index still names it."""
        there = {each.id for each in self._found.values()}
        gone = [place for place in sorted(self._named) if place not in self._found and place not in self._unreadable]
        # An index of operations names their run too, so that a place may have two names.
        names = list(dict.fromkeys(name for place in gone for name in sorted(self._named[place] - there)))
        return (*_pages(self._spoilt_pages), *self._spoilt, *_gone(len(gone), names))

    def _take_indexed(self, values: tuple[Value, ...]) -> None:
        """Look at a row of an index, or of a table that is one."""
        if len(values) != 2:
            return
        name, value = values
        if name in FACTS and isinstance(name, str) and isinstance(value, str):
            self.facts[name] = value
        elif isinstance(name, str) and len(name) == ID_LENGTH and isinstance(value, int):
            self._named.setdefault(value, set()).add(name)

    def _take_document(self, place: int, row: Row) -> None:
        """Look at a document."""
        try:
            saved = _saved(str(row.values[-1]))
        except (ValueError, HistoryError) as error:
            names = [value for value in row.values if isinstance(value, str) and len(value) == ID_LENGTH]
            self._spoilt.append(f"the document {names[0] if names else f'at {place}'} cannot be read: {error}")
            self._unreadable.add(place)
            return
        there = self._found.get(place)
        if there is None or not there.ended:
            self._found[place] = saved


def _pages(spoilt: Sequence[int]) -> Iterator[str]:
    """Yield where rows cannot be read, and how many."""
    pages = list(dict.fromkeys(spoilt))
    if pages:
        many = f"{len(spoilt)} entries" if len(spoilt) > 1 else "1 entry"
        where = f"{len(pages)} damaged pages" if len(pages) > 1 else "a damaged page"
        yield f"{many} of {where} of the file (page {_some(list(map(str, pages)))}): nobody can say what they were"


def _gone(count: int, names: list[str]) -> Iterator[str]:
    """Yield how many documents are lost that an index still names."""
    if count:
        what = "1 record (a run or an operation) is" if count == 1 else f"{count} records (runs or operations) are"
        yield f"{what} lost{f', named by an index only: {_some(names)}' if names else ''}"


def _some(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


def _is_body(value: Value) -> bool:
    """Return whether a value may be a document."""
    return isinstance(value, str) and value.startswith("{") and '"id"' in value


def _saved(text: str) -> Saved:
    """Return a document that is sound. Raises ValueError, HistoryError for what is none."""
    value: Any = json.loads(text)
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise ValueError("it has no id")
    if value.get("kind") == "run":
        read_run(value)
    elif value.get("kind") == "operation":
        read_operation(value)
    else:
        raise ValueError(f"its kind is {value.get('kind')!r}")
    return Saved(value["id"], value["kind"], str(value.get("run")), value.get("status") != "running", text)


def output(folder: Path) -> Iterator[Output | str]:
    """Yield what is left of the output in a folder, and what is not, a sentence each."""
    for row in rows(Pages(folder / OUTPUT)):
        if isinstance(row, Spoilt):
            yield f"a row of output in page {row.page} cannot be read: {row.why}"
        elif row.rowid is not None and len(row.values) in (LINE_COLUMNS, BLOCK_COLUMNS):
            yield from _printed(row.values)


def _printed(values: tuple[Value, ...]) -> Iterator[Output | str]:
    """Yield what a row of output holds; nothing for a row of something else."""
    operation, body = values[1], values[-1]
    if not isinstance(operation, str):
        return
    try:
        if len(values) == LINE_COLUMNS:
            yield Output(operation, [OutputLine(*values[2:])])  # type: ignore[arg-type]  # checked when it is written
        elif isinstance(body, bytes):
            found = passage.read(passage.unpacked(body) if values[4] else body)
            yield Output(operation, [line for each in found for line in each.lines()])
    except (ValueError, TypeError, zlib.error) as error:
        yield f"a piece of the output of {operation} cannot be read: {error}"
