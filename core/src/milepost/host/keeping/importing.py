"""Import: what an export holds is added to a history; ids and numbers stay, and doing it again changes nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from milepost.host.keeping import format as form
from milepost.host.keeping.checking import NAMED_AT_ONCE, Broken, Checked, check
from milepost.host.keeping.export import Amount
from milepost.host.keeping.paging import batches
from milepost.sdk.errors import HistoryError, UsageError
from milepost.sdk.store import Document, HistoryStore

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
UNFINISHED = "it was still going on when it was exported"
"""Why an operation of another store counts as interrupted: whether it ever ended, a later export tells."""


class Imported(NamedTuple):
    """What an import did."""

    name: str | None
    """The store they are shown with, `#7@laptop`; None for this store's own."""
    new: Amount
    """What was not there before; of the output, what was read."""
    known: int
    """How many documents were there already."""
    ended: int
    """How many of these have come to their end since they were imported first."""
    broken: tuple[Broken, ...]
    """What was left out."""


def bring(
    store: HistoryStore, path: Path, *, name: str | None = None, is_own: bool = False, skip_broken: bool = False
) -> Imported:
    """Add what an export holds: as this store's own where it was exported from it, else under the name of its store.

    With `is_own` it is this store's own, wherever it was exported from.

    Raises HistoryError, before anything is added, when lines are broken (unless they are to be left out), the export
    is of another project, or its runs have numbers that others have.
    """
    checked = check(path, store)
    if checked.broken and not skip_broken:
        raise _broken(checked)
    demand_same_project(store, checked.header)
    under = None if is_own else _name(store, checked.header, name)
    _demand_other_numbers(store, checked, under)
    documents = _Documents(store, checked, under)
    store.admit(documents.newer())
    store.admit(documents.older(), older=True)
    ended = _amend(store, documents.unfinished)
    lines = _bring_output(store, checked)
    new = Amount(documents.new["run"], documents.new["operation"], lines)
    return Imported(under, new, documents.known, ended, tuple(checked.broken))


def _broken(checked: Checked) -> HistoryError:
    """Return the error that names the broken lines."""
    shown = [f"line {each.line}: {each.why}" for each in checked.broken[:NAMED_AT_ONCE]]
    more = len(checked.broken) - len(shown)
    text = "\n".join(shown) + (f"\nand {more} more" if more else "")
    return HistoryError(
        f"{checked.path} is damaged, and nothing was imported:\n{text}",
        hint="export it anew, or take what is sound with --skip-broken",
    )


def demand_same_project(store: HistoryStore, header: Document) -> None:
    """Raise HistoryError when the export is of another project."""
    facts = store.facts()
    if header.get("project") != facts.get("project") and header.get("origin") != facts.get("origin"):
        raise HistoryError(
            f"the export is of the project {header.get('project')!r} ({header.get('origin')}), "
            f"this history is of {facts.get('project')!r} ({facts.get('origin')})",
            hint="run it in the folder of that project",
        )


def _name(store: HistoryStore, header: Document, asked: str | None) -> str | None:
    """Return the name that the runs get; None when they are this store's own. Raises UsageError."""
    if asked is None and header.get("store") == store.id:
        return None
    name = asked or re.sub(r"[^A-Za-z0-9._-]", "-", str(header.get("host") or "elsewhere").partition(".")[0])
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a store: expected letters, digits, . _ -", hint="--as laptop")
    return name


def _demand_other_numbers(store: HistoryStore, checked: Checked, name: str | None) -> None:
    """Raise HistoryError when a run is not here and its number is another run's."""
    for run in checked.read(iter(checked.run_lines)) if store.latest("run", {}, limit=1) else ():
        under = run.get("store") or name
        if store.get(run["id"]) is not None:
            continue
        others = store.latest("run", {"number": run["number"], **({"store": under} if under else {})})
        other = next((each for each in others if each.get("store") == under), None)
        if other is not None:
            shown = f"#{run['number']}@{under}" if under else f"#{run['number']}"
            raise HistoryError(
                f"{shown} is another run here ({other['id']}) than in {checked.path} ({run['id']})",
                hint="give the runs of the export a name of their own: --as NAME",
            )


class _Documents:
    """The documents of an export, counted as they are added: those that are not there yet."""

    def __init__(self, store: HistoryStore, checked: Checked, name: str | None) -> None:
        self._store, self._checked, self._name = store, checked, name
        self._newest = _newest(store)
        self._passed_over = False
        self.new: Counter[str] = Counter()
        self.known = 0
        self.unfinished: list[Document] = []
        """Those that were imported before their end, as they are in the export."""

    def newer(self) -> Iterator[Document]:
        """Yield what is newer than all that is there, in its order."""
        return self._missing(iter(self._checked.documents), newer=True)

    def older(self) -> Iterator[Document]:
        """Yield the rest, the newest first: what was lost or pruned comes back where it was, and passes for no news."""
        return self._missing(reversed(self._checked.documents), newer=False) if self._passed_over else iter(())

    def _missing(self, offsets: Iterator[int], *, newer: bool) -> Iterator[Document]:
        """Yield what is not there yet of the documents that are newer than the newest, or are not."""
        for each in self._checked.read(offsets):
            if (each["id"] > self._newest) != newer:
                self._passed_over = True
                continue
            there = self._store.get(each["id"])
            if there is None:
                self.new[each["kind"]] += 1
                yield _adopted(each, self._name, self._checked.header)
                continue
            self.known += 1
            if _is_unfinished(there) and each.get("status") != "running":
                self.unfinished.append({**each, "store": there["store"]})


def _newest(store: HistoryStore) -> str:
    """Return the greatest id of what was recorded last; empty for an empty history."""
    last = [each["id"] for kind in form.DOCUMENTS for each in store.latest(kind, {}, limit=1)]
    return max(last, default="")


def _adopted(document: Document, name: str | None, header: Document) -> Document:
    """Return a document as it is added. What goes on elsewhere cannot be followed from here."""
    if name is None:
        return document
    named = {**document, "store": document.get("store") or name}
    if named.get("status") != "running":
        return named
    failure = {"code": "interrupted", "message": UNFINISHED, "hint": ""}
    return {**named, "status": "interrupted", "ended": header.get("exported"), "failure": failure, "processes": []}


def _amend(store: HistoryStore, documents: Sequence[Document]) -> int:
    """Replace what has come to its end since it was imported; return how many these are."""
    for some in batches(documents):
        store.amend(some)
    return len(documents)


def _is_unfinished(document: Document) -> bool:
    """Return whether a document was imported before its end."""
    return bool(document.get("store")) and (document.get("failure") or {}).get("message") == UNFINISHED


def _bring_output(store: HistoryStore, checked: Checked) -> int:
    """Add what was printed, and return how many lines were not there yet."""
    count = 0
    values = checked.read(iter(checked.output))
    for operation, lines in groupby(values, key=lambda value: str(value["operation"])):
        for some in batches(lines):
            printed = [form.printed(each) for each in some]
            is_new = not store.read_output(operation, printed[-1].number - 1)
            store.write_output(operation, printed)
            count += len(printed) if is_new else 0
        document = store.get(operation)
        if document is not None and document.get("status") != "running":
            store.seal_output(operation)
    return count
