"""Documents of a store read a page at a time, so that no more than a page lies in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from milepost.sdk.store import Document, HistoryStore, Where

PAGE = 500
"""How many documents are read at once."""

ItemT = TypeVar("ItemT")


def pages(
    store: HistoryStore, kind: str, where: Where | None = None, *, oldest: bool = False, size: int = PAGE
) -> Iterator[list[Document]]:
    """Yield the documents that `HistoryStore.latest` finds, a page at a time."""
    before = None
    while page := store.latest(kind, where or {}, size, before, oldest=oldest):
        yield page
        if len(page) < size:
            return
        before = str(page[-1]["id"])


def documents(
    store: HistoryStore, kind: str, where: Where | None = None, *, oldest: bool = False, size: int = PAGE
) -> Iterator[Document]:
    """Yield the documents that `HistoryStore.latest` finds, one by one."""
    for page in pages(store, kind, where, oldest=oldest, size=size):
        yield from page


def own(found: Iterable[Document]) -> Iterator[Document]:
    """Yield those that this store made itself: what was brought from another one says nothing of what is here."""
    return (each for each in found if not each.get("store"))


def batches(items: Iterable[ItemT], size: int = PAGE) -> Iterator[list[ItemT]]:
    """Yield the items in lists of at most that many."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def in_order(store: HistoryStore, where: Where | None = None) -> Iterator[Document]:
    """Yield runs for which the conditions hold, and their operations, as they were recorded, each run before its own.

    Both kinds are in their own order, so that what was released last stays last.
    """
    # What an operation does began after its run did, and in the same workspace.
    shared = {name: value for name, value in (where or {}).items() if name in ("workspace", "since")}
    runs, seen = documents(store, "run", where, oldest=True), set[str]()
    for operation in documents(store, "operation", shared, oldest=True):
        while str(operation["run"]) not in seen and (run := next(runs, None)) is not None:
            seen.add(str(run["id"]))
            yield run
        if str(operation["run"]) in seen:
            yield operation
    yield from runs
