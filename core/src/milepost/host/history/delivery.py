"""Delivering late what could not be written in time: each truth is recorded, and nothing that others did since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from milepost.host.history.undelivered import Entry
from milepost.sdk.errors import LockLostError
from milepost.sdk.store import Document, HistoryStore, Lease, OutputLine

UNDER_LOCK = ("task", "deploy", "release", "destroy", "park", "unpark", "weigh", "scale")
"""The stages of operations that are carried out under the lock of their app."""

OPEN = ("running", "interrupted")
"""The statuses of a record whose true end nobody has written yet."""

LATE = "its end was recorded late: the history could not be reached, or the lock had been lost, when it ended"


class Delivery:
    """Makes calls of a store that were to be made earlier; making one again changes nothing."""

    def __init__(self, store: HistoryStore, leases: Sequence[Lease] = ()) -> None:
        """Deliver under the leases that the store is fenced by, if any; under a lost one, and under none, late."""
        self._store, self._is_late = store, not leases
        self._acked: dict[str, str | None] = {}

    def deliver(self, entries: Iterable[Entry]) -> None:
        """Make the calls in order. Raises HistoryUnreachableError, after which all of them may be delivered again."""
        for each in entries:
            match each.deed:
                case "append":
                    self._append(each.what)
                case "amend":
                    self._amend(each)
                case "output":
                    operation, lines = each.what
                    self._store.write_output(operation, [OutputLine(*line) for line in lines])
                case "seal":
                    self._store.seal_output(each.what)

    def _append(self, document: Document) -> None:
        """Add a document that may be there already."""
        try:
            self._store.append(document)
        except LockLostError:
            self._go_late()
            self._store.append(document)
        self._note(document)

    def _amend(self, entry: Entry) -> None:
        """Replace documents: as they are while the lock is held, each on its own terms afterwards."""
        if not self._is_late:
            try:
                self._store.amend(entry.what)
            except LockLostError:
                self._go_late()
        if self._is_late:
            known = {**entry.was, **self._acked}
            for document in entry.what:
                deliver_late(self._store, document, known.get(document["id"]), entry.run)
        for document in entry.what:
            self._note(document)

    def _go_late(self) -> None:
        """Go on without the locks: the truth about what was done under them is to be recorded all the same."""
        self._store.fence(())
        self._is_late = True

    def _note(self, document: Document) -> None:
        self._acked[document["id"]] = document.get("presence")


def deliver_late(store: HistoryStore, document: Document, was: str | None, run: str) -> None:
    """Record how something truly was, though its writer has lost the lock: over `interrupted`, and over nothing else.

    `was` is the presence that the writer last recorded, `run` the id of the run that it works for.
    """
    stored = store.get(document["id"])
    if stored is None:
        return
    truth = _own_truth(store, stored, document, was, run) if _is_own(stored, document) else None
    if truth is None and not _is_own(stored, document) and not _others_acted(store, document, run):
        truth = document
    if truth is not None and truth != stored:
        store.amend([truth])


def _is_own(stored: Document, document: Document) -> bool:
    """Return whether a document is what its own writer says of it, not of another's."""
    return stored.get("writer") == document.get("writer")


def _own_truth(store: HistoryStore, stored: Document, document: Document, was: str | None, run: str) -> Document | None:
    """Return what is to stand in the record of an operation or run of ours; None: as it stands."""
    if stored.get("status") not in OPEN:
        return None
    truth = dict(document)
    if stored.get("presence") != was and _others_acted(store, document, run):
        truth["presence"] = stored.get("presence")
    if document.get("status") == "running":
        truth.update({name: stored.get(name) for name in ("status", "ended", "failure")})
    elif document.get("kind") == "operation" and LATE not in document.get("warnings", ()):
        truth["warnings"] = [*document.get("warnings", ()), LATE]
    return truth


def _others_acted(store: HistoryStore, document: Document, run: str) -> bool:
    """Return whether another run has worked under the lock of the document's app since."""
    where = {name: str(document.get(name)) for name in ("app", "workspace")}
    newest = next(iter(store.latest("operation", {**where, "stage": UNDER_LOCK}, limit=1)), None)
    return newest is not None and newest.get("run") != run
