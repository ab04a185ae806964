"""REFs: how people name a run or an operation on the command line.

118, #118                a run by its number
web#118                  the same, of which the app web is meant
web#118/deploy           an operation of it, by its label or stage
7@laptop                 a run that was brought from the store `laptop`; also web#7@laptop/deploy
last, last-failed        the newest of the workspace, or the newest that failed
previous                 the one before the newest
7K2Q                     the end of an id: 4 characters or more, capital or not

A number alone, and a word, mean this store's own runs. Words pass over what carried out no operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from milepost.host.history.writer import FAILED, lives
from milepost.sdk.errors import UnknownNameError, UsageError
from milepost.sdk.store import Document, HistoryStore, Where

NUMBERED = re.compile(
    r"(?:(?P<app>[\w.-]+)?#)?(?P<number>[0-9]{1,15})(?:@(?P<store>[\w.-]+))?(?:/(?P<label>.+))?", re.ASCII
)
WORDS = ("last", "last-failed", "previous")
SHORTEST_END = 4
NOTED = ("exec", "cancel", "break", "freeze", "thaw")
"""The verbs of runs that carry out no operation: they are found by their number."""
HINT = "milepost history"
PAGE = 50
"""How many documents are read at once where those of other stores are passed over."""


class Numbered(NamedTuple):
    """A REF by number: `web#118/deploy` in its parts."""

    number: int
    app: str | None
    label: str | None
    store: str | None = None
    """The store it was brought from; None for this store's own."""


class Wanted(NamedTuple):
    """What narrows down which operation is meant, besides the REF."""

    workspace: str
    stage: str | None
    app: str | None

    @property
    def where(self) -> dict[str, str]:
        """The conditions on the operation itself."""
        return {name: value for name, value in (("stage", self.stage), ("app", self.app)) if value is not None}


def parse_ref(ref: str) -> Numbered | None:
    """Return the parts of a REF by number; None for one of another form."""
    found = NUMBERED.fullmatch(ref)
    return Numbered(int(found["number"]), found["app"], found["label"], found["store"]) if found else None


def resolve_run(store: HistoryStore, ref: str, workspace: str) -> Document:
    """Return the run that the REF names; that of an operation it names.

    Raises UnknownNameError when there is none, UsageError when several ids end so.
    """
    if ref in WORDS:
        found = _by_word(store, "run", ref, {"workspace": workspace})
    else:
        found = _run_by_number(store, ref) or _by_end(store, "run", ref, {}) or _run_of_operation(store, ref)
    if found is None:
        raise UnknownNameError("run", ref, _elsewhere(store, ref), hint=HINT)
    return found


def resolve_operation(
    store: HistoryStore, ref: str, workspace: str, stage: str | None = None, app: str | None = None
) -> Document:
    """Return the operation that the REF names among those of the stage and the app, where these are given.

    Of several attempts in one run it is the last. Raises UnknownNameError when there is none, UsageError
    when different ones could be meant.
    """
    wanted = Wanted(workspace, stage, app)
    if ref in WORDS:
        found = _by_word(store, "operation", ref, {"workspace": workspace, **wanted.where})
    else:
        found = _operation_by_number(store, ref, wanted) or _by_end(store, "operation", ref, wanted.where)
        found = found or _operation_of_run(store, ref, wanted)
    if found is None:
        what = " ".join(each for each in (wanted.app, wanted.stage or "operation") if each)
        raise UnknownNameError(what, ref, _elsewhere(store, ref), hint=HINT)
    return found


def name_of(operation: Mapping[str, object]) -> str:
    """Return the REF of an operation: `web#118/deploy`, of another store's `web#7@laptop/deploy`."""
    store = f"@{operation['store']}" if operation.get("store") else ""
    return f"{operation['app']}#{operation['number']}{store}/{operation.get('label') or operation['stage']}"


def _run_by_number(store: HistoryStore, ref: str) -> Document | None:
    """Return the run with the REF's number, of the REF's store, that is on the REF's app."""
    parts = parse_ref(ref)
    runs = store.latest("run", {"number": parts.number}) if parts else []
    runs = [each for each in runs if parts and (each.get("store") or None) == parts.store]
    if parts is None or not runs or (parts.app is not None and parts.app not in runs[0].get("apps", ())):
        return None
    return runs[0]


def _elsewhere(store: HistoryStore, ref: str) -> tuple[str, ...]:
    """Return the REFs of other stores' runs of the number that was typed."""
    parts = parse_ref(ref)
    runs = store.latest("run", {"number": parts.number}) if parts else []
    names = [f"{each['number']}@{each['store']}" for each in runs if each.get("store")]
    return tuple(name for name in names if name != ref)


def _run_of_operation(store: HistoryStore, ref: str) -> Document | None:
    """Return the run of the operation whose id ends so."""
    operation = _by_end(store, "operation", ref, {})
    return store.get(operation["run"]) if operation else None


def _operation_by_number(store: HistoryStore, ref: str, wanted: Wanted) -> Document | None:
    """Return the operation that a REF by number means."""
    parts = parse_ref(ref)
    run = _run_by_number(store, ref)
    if parts is None or run is None or (parts.app and wanted.app and parts.app != wanted.app):
        return None
    narrowed = wanted._replace(app=parts.app or wanted.app)
    found = store.latest("operation", {"run": run["id"], **narrowed.where})
    if parts.label is not None:
        found = [each for each in found if parts.label in (each.get("label"), each["stage"])]
    return _only(ref, found)


def _operation_of_run(store: HistoryStore, ref: str, wanted: Wanted) -> Document | None:
    """Return the operation of the run whose id ends so."""
    run = _by_end(store, "run", ref, {})
    return _only(ref, store.latest("operation", {"run": run["id"], **wanted.where})) if run else None


def _only(ref: str, found: list[Document]) -> Document | None:
    """Return the newest, if all are attempts at the same. Raises UsageError naming the ones that could be meant."""
    names = sorted({name_of(each) for each in found})
    if len(names) > 1:
        raise UsageError(f"{ref!r} may be {', '.join(names[:-1])} or {names[-1]}", hint=f"name one: {names[0]}")
    return found[0] if found else None


def _by_word(store: HistoryStore, kind: str, word: str, where: Mapping[str, str]) -> Document | None:
    """Return the document that `last`, `last-failed` or `previous` means."""
    if word == "last-failed":
        dead = [each for each in _own(store, kind, {**where, "status": "running"}) if not lives(each, store)]
        failed = [*islice(_own(store, kind, {**where, "status": FAILED}), 1), *dead]
        return max(failed, key=lambda each: (int(each["number"]), str(each["id"])), default=None)
    skipped = 1 if word == "previous" else 0
    return next(islice(_own(store, kind, where), skipped, None), None)


def _own(store: HistoryStore, kind: str, where: Where) -> Iterator[Document]:
    """Yield this store's own documents, newest first, without runs that carried out no operation."""
    cursor = None
    while found := store.latest(kind, where, PAGE, cursor):
        yield from (each for each in found if not each.get("store") and each.get("verb") not in NOTED)
        cursor = str(found[-1]["id"])


def _by_end(store: HistoryStore, kind: str, end: str, where: Mapping[str, str]) -> Document | None:
    """Return the document whose id ends so. Raises UsageError when several do."""
    if len(end) < SHORTEST_END:
        return None
    found = store.ending_with(kind, end) or store.ending_with(kind, end.upper())
    found = [each for each in found if all(each.get(name) == value for name, value in where.items())]
    if len(found) > 1:
        ids = ", ".join(str(each["id"]) for each in found)
        raise UsageError(f"{len(found)} ids end with {end!r}: {ids}", hint="type more of the id's end")
    return found[0] if found else None
