"""Looking through an export before anything of it is imported: which lines are sound, and what is wrong elsewhere."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from milepost.host.history.journal import read_operation, read_run
from milepost.host.keeping import format as form
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, HistoryStore

NAMED_AT_ONCE = 20
"""How many broken lines are told in words; of the others, how many there are."""


class Broken(NamedTuple):
    """A line that cannot be imported."""

    line: int
    """From 1."""
    why: str


class Sound(NamedTuple):
    """A line that can be."""

    line: int
    offset: int
    value: Document


class Checked:
    """An export that was looked through. What it keeps in memory is a few bytes for each document."""

    def __init__(self, path: Path, header: Document) -> None:
        self.path, self.header = path, header
        self.documents = array("Q")
        """Where in the file the lines of sound documents begin."""
        self.run_lines = array("Q")
        """Those of the runs among them."""
        self.output = array("Q")
        """Where a block of sound lines of output begins."""
        self.broken: list[Broken] = []
        self.runs: set[str] = set()
        self._operation = ""
        self._end: Document | None = None
        self._counts = {"run": 0, "operation": 0, form.OUTPUT: 0}

    def take(self, line: Sound, store: HistoryStore) -> None:
        """Look at one line. Raises HistoryError, KeyError, TypeError, ValueError when something is wrong with it."""
        kind = line.value.get("kind")
        if self._end is not None:
            raise ValueError("it stands behind the end")
        if kind == form.END:
            self._end = line.value
        elif kind in form.DOCUMENTS:
            self._counts[kind] += 1
            self._take_document(line.value, store)
            self.documents.append(line.offset)
            self.run_lines.extend([line.offset] if kind == "run" else [])
        elif kind == form.OUTPUT:
            self._counts[kind] += 1
            self._take_output(line.value, store)
            self.output.append(line.offset)
        else:
            raise ValueError(f"its kind is {kind!r}; expected {', '.join((*form.DOCUMENTS, form.OUTPUT, form.END))}")

    def _take_document(self, document: Document, store: HistoryStore) -> None:
        """Look at a run or an operation."""
        if not isinstance(document.get("id"), str) or not document["id"]:
            raise ValueError("it has no id")
        if not isinstance(document.get("number"), int) or document["number"] < 1:
            raise ValueError("it has no number")
        if document["kind"] == "run":
            read_run(document)
            self.runs.add(document["id"])
            return
        operation = read_operation(document)
        if operation.run not in self.runs and store.get(operation.run) is None:
            raise ValueError(f"its run {operation.run!r} does not stand before it")
        self._operation = operation.id

    def _take_output(self, value: Document, store: HistoryStore) -> None:
        """Look at a line of output."""
        form.printed(value)
        if value["operation"] != self._operation and store.get(str(value["operation"])) is None:
            raise ValueError(f"its operation {value['operation']!r} does not stand before it")

    def close(self, lines: int) -> None:
        """See that nothing is missing at the end."""
        if self._end is None:
            self.broken.append(Broken(lines + 1, "the end is missing: the export was cut off"))
            return
        names = {"run": "runs", "operation": "operations", form.OUTPUT: "lines"}
        for kind, name in names.items():
            if self._end.get(name) != self._counts[kind]:
                why = f"{self._end.get(name)} {name} were exported, and {self._counts[kind]} are here"
                self.broken.append(Broken(lines, why))

    def read(self, offsets: Iterator[int]) -> Iterator[Document]:
        """Yield the values of the lines that begin there."""
        with self.path.open("rb") as file:
            for offset in offsets:
                file.seek(offset)
                yield json.loads(file.readline())


def header_of(path: Path) -> Document:
    """Return the header of an export. Raises HistoryError when it is none, or a newer milepost's."""
    try:
        with path.open("rb") as file:
            return _header(path, file.readline())
    except OSError as error:
        raise HistoryError(f"{path} cannot be read: {error.strerror or error}") from error


def check(path: Path, store: HistoryStore) -> Checked:
    """Return the export, looked through. Raises HistoryError when it is none, or a newer milepost's."""
    lines = 0
    try:
        with path.open("rb") as file:
            checked = Checked(path, _header(path, file.readline()))
            offset, lines = file.tell(), 1
            while text := file.readline():
                lines += 1
                _take(checked, text, offset, lines, store)
                offset = file.tell()
    except OSError as error:
        raise HistoryError(f"{path} cannot be read: {error.strerror or error}") from error
    checked.close(lines)
    return checked


def _take(checked: Checked, text: bytes, offset: int, number: int, store: HistoryStore) -> None:
    """Have a line looked at; what is wrong with it is noted."""
    if not text.strip():
        return
    try:
        checked.take(Sound(number, offset, _object(text)), store)
    except (HistoryError, KeyError, TypeError, ValueError) as error:
        missing = isinstance(error, KeyError)
        checked.broken.append(Broken(number, f"{error} is missing" if missing else str(error)))


def _object(text: bytes) -> dict[str, Any]:
    """Return a line's JSON object. Raises ValueError."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


def _header(path: Path, text: bytes) -> Document:
    """Return the header of an export. Raises HistoryError when it is none that can be read."""
    try:
        header = _object(text)
    except ValueError:
        header = {}
    if header.get("kind") != form.HEADER or not isinstance(header.get("format"), int):
        raise HistoryError(
            f"{path} is not an export of a history: its first line does not say so", hint="milepost store export FILE"
        )
    if header["format"] > form.FORMAT:
        raise HistoryError(
            f"{path} is an export of format {header['format']}; this milepost knows up to {form.FORMAT}",
            hint="pip install --upgrade milepost",
        )
    return header
