"""What a history is made of: how many records of which kind, how large, how old, how fast it grows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, NamedTuple

from milepost.host.keeping.paging import documents
from milepost.sdk.store import Document, HistoryStore

MONTH = 30 * 86400.0
MEGABYTE = 1_000_000.0
SHORTEST = 86400.0
"""A history younger than this has no rate that means anything, in seconds."""


class Stats(NamedTuple):
    """The figures."""

    place: str
    facts: Document
    runs: int
    operations: int
    verbs: dict[str, int]
    stages: dict[str, int]
    statuses: dict[str, int]
    apps: dict[str, int]
    workspaces: dict[str, int]
    stores: dict[str, int]
    """Runs that were brought from elsewhere, by where."""
    oldest: str | None
    newest: str | None
    locks: int
    megabytes_a_month: float | None
    """None where the history is too young to tell."""


def stats(store: HistoryStore) -> Stats:
    """Return what a history is made of; all of it is read."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in _COUNTED}
    oldest = newest = None
    for run in documents(store, "run", oldest=True):
        _count(counted, run, "run")
        started = str(run.get("started") or "")
        oldest, newest = min(oldest or started, started), max(newest or started, started)
    for operation in documents(store, "operation"):
        _count(counted, operation, "operation")
    facts = store.facts()
    return Stats(
        place=store.place,
        facts=facts,
        runs=counted["kind"]["run"],
        operations=counted["kind"]["operation"],
        verbs=_sorted(counted["verb"]),
        stages=_sorted(counted["stage"]),
        statuses=_sorted(counted["status"]),
        apps=_sorted(counted["app"]),
        workspaces=_sorted(counted["workspace"]),
        stores=_sorted(counted["store"]),
        oldest=oldest,
        newest=newest,
        locks=len(store.locks()),
        megabytes_a_month=_rate(facts.get("size"), oldest, newest),
    )


_COUNTED = ("kind", "verb", "stage", "status", "app", "workspace", "store")


def _count(counted: dict[str, Counter[str]], document: Document, kind: str) -> None:
    """Count a document under all that it is; statuses are those of runs."""
    counted["kind"][kind] += 1
    names = ("verb", "workspace", "store", "status") if kind == "run" else ("stage", "app")
    for name in names:
        if document.get(name):
            counted[name][str(document[name])] += 1


def _sorted(counter: Counter[str]) -> dict[str, int]:
    """Return what was counted, the most frequent first."""
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _rate(size: Any, oldest: str | None, newest: str | None) -> float | None:
    """Return how many megabytes were written in a month."""
    seconds = _length(oldest, newest)
    if not isinstance(size, int) or seconds is None or seconds < SHORTEST:
        return None
    return round(size / MEGABYTE / seconds * MONTH, 2)


def _length(oldest: str | None, newest: str | None) -> float | None:
    """Return the seconds between two recorded times; None where they are none."""
    try:
        first, last = (datetime.fromisoformat(str(each)) for each in (oldest, newest))
    except ValueError:
        return None
    both = [each if each.tzinfo else each.replace(tzinfo=UTC) for each in (first, last)]
    return (both[1] - both[0]).total_seconds()
