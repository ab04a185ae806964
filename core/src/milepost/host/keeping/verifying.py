"""Verification: everything that a history holds is read and compared, and what is damaged is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from milepost.host.history.journal import read_operation, read_run
from milepost.host.history.newer import SCHEMA
from milepost.host.keeping.paging import documents
from milepost.host.keeping.removed import is_short, was_removed
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, HistoryStore

REFERENCES = ("build", "target", "previous", "restores", "same_as")
"""The fields of an operation that name another one."""


class Verified(NamedTuple):
    """What was found."""

    runs: int
    operations: int
    lines: int
    damage: tuple[str, ...]
    """What is wrong, a sentence each."""
    remarks: tuple[str, ...]
    """What is worth knowing and not wrong."""
    hint: str = ""
    """What to do where it cannot even be opened."""


def verify(store: HistoryStore, *, has_key: bool = True) -> Verified:
    """Return what is damaged in a history. `has_key`: whether this machine has the key of fingerprints."""
    found = _Findings(store)
    try:
        found.damage += store.check()
        found.look_at_runs()
        found.look_at_operations()
        if found.unread:
            found.damage.append(f"the output of {found.unread} operations cannot be read")
    except HistoryError as error:
        if not any(str(error) in each for each in found.damage):
            found.damage.append(f"not all can be read: {error}")
    if not has_key and found.has_fingerprints:
        found.remarks.append(
            "this machine has not the key of the fingerprints: whether a secret has changed cannot be told"
        )
    if found.newer:
        found.remarks.append(f"records of a newer milepost, which knows what they say: {found.newer}")
    if found.dangling:
        found.remarks.append(f"records that were pruned are referred to {found.dangling} times")
    return Verified(found.runs, found.operations, found.lines, tuple(dict.fromkeys(found.damage)), tuple(found.remarks))


class _Findings:
    """What has been seen so far."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self._numbers: dict[tuple[str, int], str] = {}
        self._run_numbers: dict[str, int] = {}
        self.runs = self.operations = self.lines = self.dangling = self.newer = self.unread = 0
        self.damage: list[str] = []
        self.remarks: list[str] = []
        self.has_fingerprints = False

    def look_at_runs(self) -> None:
        """Read all runs: each is a record, and no number is another one's."""
        for run in documents(self._store, "run", oldest=True):
            self.runs += 1
            self.damage += self._unreadable(run)
            number = run.get("number")
            if not isinstance(number, int) or number < 1:
                self.damage.append(f"the run {run['id']} has no number")
                continue
            key = (str(run.get("store") or ""), number)
            if key in self._numbers:
                self.damage.append(f"the runs {self._numbers[key]} and {run['id']} both have the number {number}")
            self._numbers[key] = str(run["id"])
            self._run_numbers[str(run["id"])] = number

    def look_at_operations(self) -> None:
        """Read all operations: each is a record of a run, what it leads to is there, its output has no gap."""
        sequences: dict[tuple[str, ...], str] = {}
        for each in documents(self._store, "operation", oldest=True):
            self.operations += 1
            self.damage += [*self._unreadable(each), *self._of_no_run(each), *_doubled(each, sequences)]
            self.damage += self._leading_nowhere(each)
            self.damage += self._gaps(each)
            self.has_fingerprints = self.has_fingerprints or bool(each.get("fingerprint"))

    def _unreadable(self, document: Document) -> Iterator[str]:
        """Yield that a document cannot be understood as a record; one of a newer milepost need not be."""
        schema = document.get("schema")
        if isinstance(schema, int) and schema > SCHEMA:
            self.newer += 1
            return
        try:
            if document["kind"] == "run":
                read_run(document)
            else:
                read_operation(document)
        except HistoryError as error:
            yield str(error)

    def _of_no_run(self, operation: Document) -> Iterator[str]:
        """Yield that the run of an operation is missing, or has another number."""
        run = self._run_numbers.get(str(operation.get("run")))
        if run is None:
            yield f"the operation {operation['id']} is of the run {operation.get('run')}, which is not there"
        elif run != operation.get("number"):
            yield f"the operation {operation['id']} has the number {operation.get('number')}, its run has {run}"

    def _leading_nowhere(self, operation: Document) -> Iterator[str]:
        """Yield that something is missing without which what stands cannot be rolled back or destroyed."""
        for name in REFERENCES:
            other = operation.get(name)
            if not other or self._store.get(str(other)) is not None:
                continue
            self.dangling += 1
            if name == "build" and operation.get("presence") in ("staged", "prepared", "parked", "released"):
                yield f"the deployment {operation['id']} stands, and its build {other} is not there"

    def _gaps(self, operation: Document) -> Iterator[str]:
        """Yield where lines of an operation's output are missing."""
        try:
            lines = self._store.read_output(str(operation["id"]))
        except HistoryError:
            self.unread += 1  # what is wrong with the file is said once, by the store's own check
            return
        self.lines += len(lines)
        if is_short(operation, lines):
            yield f"of the {operation['printed']} lines that {operation['id']} printed, {len(lines)} are there"
            return
        numbers = [each.number for each in lines]
        if operation.get("unkept") or was_removed(lines) or numbers == list(range(1, len(numbers) + 1)):
            return
        gap = next((place for place, number in enumerate(numbers, start=1) if place != number), len(numbers))
        yield f"the output of {operation['id']} has no line {gap}"


def _doubled(operation: Document, seen: dict[tuple[str, ...], str]) -> Iterator[str]:
    """Yield that two operations of an app and stage have the same sequence."""
    sequence = operation.get("sequence")
    if not sequence:
        return
    key = tuple(str(operation.get(name) or "") for name in ("store", "app", "stage", "sequence"))
    if key in seen:
        what = f"{operation.get('app')} {operation.get('stage')} {sequence}"
        yield f"the operations {seen[key]} and {operation['id']} are both {what}"
    seen[key] = str(operation["id"])


def document(found: Verified) -> Mapping[str, object]:
    """Return what was found as JSON values."""
    return {**found._asdict(), "sound": not found.damage}
