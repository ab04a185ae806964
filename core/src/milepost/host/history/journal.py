"""The history as records: documents of a store, read leniently, and the questions that the lifecycle asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from milepost.host.history import writer
from milepost.host.history.delivery import deliver_late
from milepost.host.history.newer import FIELDS, cannot_be_carried_on
from milepost.sdk.errors import HistoryError
from milepost.sdk.record import SCHEMA, Operation, Run, Writer
from milepost.sdk.store import Document, HistoryStore

Where = Mapping[str, str | int | Sequence[str]]
RecordT = TypeVar("RecordT", Run, Operation)

STANDING = ("starting", "prepared", "staged", "parked", "released")
"""The presences of deployments whose objects may exist and are their own."""

GONE = ("destroyed", "forgotten")

MISSING: dict[str, Any] = {
    "project": "",
    "workspace": "default",
    "started": "1970-01-01T00:00:00Z",
    "writer": {"pid": 0, "started": "", "boot": "", "host": ""},
}
"""What stands for fields that a record of another milepost may lack."""

MISSING_OF_RUN: dict[str, Any] = {**MISSING, "verb": "", "apps": (), "source": {"folder": ""}}
MISSING_OF_OPERATION: dict[str, Any] = {**MISSING, "run": "", "number": 0, "app": ""}


def identify(pid: int) -> Writer:
    """Return what tells a process of this machine from all others, now and later."""
    return Writer(**writer.identify(pid))


def alive_here(process: Writer) -> bool:
    """Return whether the process lives on this machine; one of another machine does not."""
    return writer.alive_here(msgspec.structs.asdict(process)) is True


class History:
    """The records of a project. Methods raise HistoryError when the store cannot do what is asked.

    What was brought from another store is nothing that is here: it is found by its id or run only.
    """

    def __init__(self, store: HistoryStore) -> None:
        self.store = store
        self.begun: set[str] = set()
        """The stages of the operations that were recorded from here."""
        self._beyond: dict[str, Document] = {}
        """What a newer milepost wrote into records that were read here, by their ids: it is kept when they change."""

    def append_run(self, run: Run) -> Run:
        """Record a new run and return it with its number; one that is there already is returned as it is there."""
        number = self.store.append(_document(run))
        return self.run(run.id) or msgspec.structs.replace(run, number=number)

    def append(self, operation: Operation) -> Operation:
        """Record a new operation and return it with the number of its run."""
        number = self.store.append(_document(operation))
        self.begun.add(operation.stage)
        return msgspec.structs.replace(operation, number=number)

    def amend(self, *records: Run | Operation) -> None:
        """Replace records by newer forms of themselves, all or none."""
        self.store.amend([{**self._beyond.get(each.id, {}), **_document(each)} for each in records])

    def end_late(self, operation: Operation) -> None:
        """Record how an operation truly ended, though its lock is lost: over `interrupted`, over nothing else."""
        self.store.fence(())
        deliver_late(self.store, _document(operation), None, operation.run)

    def run(self, id: str) -> Run | None:
        """Return the run with that id."""
        found = self.store.get(id)
        return self._run(found) if found is not None and found["kind"] == "run" else None

    def operation(self, id: str) -> Operation | None:
        """Return the operation with that id."""
        found = self.store.get(id)
        return self._operation(found) if found is not None and found["kind"] == "operation" else None

    def runs(self, where: Where | None = None, limit: int | None = None, before: str | None = None) -> list[Run]:
        """Return the store's own runs, newest first, as `HistoryStore.latest` does."""
        return [self._run(each) for each in self._latest("run", where or {}, limit, before)]

    def operations(
        self, where: Where | None = None, limit: int | None = None, before: str | None = None
    ) -> list[Operation]:
        """Return the store's own operations, newest first, as `HistoryStore.latest` does; of a run, all it has."""
        return [self._operation(each) for each in self._latest("operation", where or {}, limit, before)]

    def _latest(self, kind: str, where: Where, limit: int | None, before: str | None) -> list[Document]:
        """Return the documents that fit and were not brought from another store, unless it is asked for them."""
        if "run" in where or "store" in where:
            return self.store.latest(kind, where, limit, before)
        found: list[Document] = []
        while page := self.store.latest(kind, where, limit, before):
            found += [each for each in page if not each.get("store")]
            if limit is None or len(page) < limit or len(found) >= limit:
                break
            before = str(page[-1]["id"])
        return found[:limit]

    def _run(self, document: Document) -> Run:
        """Return a document as a run, and note what of it is beyond us."""
        self._note_beyond(document)
        return read_run(document)

    def _operation(self, document: Document) -> Operation:
        """Return a document as an operation, and note what of it is beyond us."""
        self._note_beyond(document)
        return read_operation(document)

    def _note_beyond(self, document: Document) -> None:
        """Note the fields that we do not know, so that a change of ours does not lose them."""
        beyond = document.keys() - FIELDS[document["kind"]].keys()
        if beyond:
            self._beyond[document["id"]] = {name: document[name] for name in beyond}

    def live(self, app: str, workspace: str) -> Operation | None:
        """Return the release that was the last to succeed, unless what it released was destroyed since.

        One that ended `unchanged` made nothing live: the release it points at did.
        """
        where = {"app": app, "workspace": workspace, "stage": "release", "status": "success"}
        release = next(iter(self.operations(where, limit=1)), None)
        if release is None or release.target is None:
            return release
        deployment = self.operation(release.target)
        return None if deployment is not None and deployment.presence in GONE else release

    def deployments(self, app: str, workspace: str) -> list[Operation]:
        """Return the deploys whose objects may exist and were not taken over by a newer one, newest first."""
        where: Where = {"app": app, "workspace": workspace, "stage": "deploy", "presence": STANDING}
        return self.operations(where)

    def _understood(self, kind: str, where: Where) -> list[Operation | Run]:
        """Return the store's own records that fit and that this milepost understands."""
        documents = (each for each in self._latest(kind, where, None, None) if not cannot_be_carried_on(each))
        return [self._run(each) if kind == "run" else self._operation(each) for each in documents]

    def lives(self, record: Operation | Run) -> bool:
        """Return whether whoever writes the record lives, on this machine or on another."""
        return writer.lives(_document(record), self.store)

    def interrupted(self, workspace: str | None = None, app: str | None = None) -> list[Operation | Run]:
        """Return what stands as running and whose writer is dead, newest first, the operations before the runs.

        With an app, no runs: they are on several. Without, what only a newer milepost understands is left to that.
        """
        where: dict[str, str] = {"status": "running"}
        if workspace is not None:
            where["workspace"] = workspace
        found: list[Operation | Run] = []
        if app is None:
            found += [*self._understood("operation", where), *self._understood("run", where)]
        else:
            found += self.operations({**where, "app": app})
        return [each for each in found if not self.lives(each)]


def read_run(document: Document) -> Run:
    """Return a document as a run. Raises HistoryError when it cannot be understood."""
    return _read(document, Run, MISSING_OF_RUN)


def read_operation(document: Document) -> Operation:
    """Return a document as an operation. Raises HistoryError when it cannot be understood."""
    return _read(document, Operation, MISSING_OF_OPERATION)


def _read(document: Document, kind: type[RecordT], missing: Mapping[str, Any]) -> RecordT:
    """Return a document as a record: what a newer milepost added is left out, what an older one lacked is filled in."""
    try:
        return msgspec.convert({**missing, **document}, kind)
    except msgspec.ValidationError as error:
        schema = document.get("schema")
        raise HistoryError(
            f"the record {document.get('id')!r} cannot be understood: {error} (its schema is {schema}, ours {SCHEMA})",
            hint="pip install --upgrade milepost",
        ) from error


def _document(record: Run | Operation) -> Document:
    """Return a record as JSON values."""
    document = msgspec.to_builtins(record)
    assert isinstance(document, dict)
    return document
