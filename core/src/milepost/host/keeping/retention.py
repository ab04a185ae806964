"""Which runs and which output are past what the project wants kept, and their removal under the locks of their apps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from milepost.host.history.writer import this_writer
from milepost.host.keeping.needed import Depths, Place, needed
from milepost.host.keeping.paging import batches, documents
from milepost.host.keeping.removed import remove_output, was_removed
from milepost.host.lifecycle.subject import lock_name
from milepost.host.project.keep import Keep, Rule
from milepost.sdk.store import Document, HistoryStore, StoreLock

AT_ONCE = 50
"""How many runs are removed in one transaction: writers wait no longer than for these."""


class Old(NamedTuple):
    """A run that is past the limits."""

    id: str
    number: int
    verb: str
    workspace: str
    apps: tuple[str, ...]
    started: str
    store: str | None
    operations: tuple[str, ...]
    """The ids of its operations, which go with it."""


class Superfluous(NamedTuple):
    """What is to be removed, or was."""

    runs: tuple[Old, ...] = ()
    """Oldest first."""
    needed: int = 0
    """How many runs past the limits stay, since something rests upon them."""
    busy: int = 0
    """How many stay for now, since one of their apps is being changed."""
    output: tuple[str, ...] = ()
    """The operations whose output goes while they stay."""
    lines: int = 0
    """How many lines of output these have."""


class Wish(NamedTuple):
    """What is to be kept, and what must be."""

    keep: Keep
    depths: Depths
    now: datetime


def superfluous(store: HistoryStore, wish: Wish) -> Superfluous:
    """Return what a prune would remove at this moment; nothing is changed."""
    old = _past_limits(store, wish)
    going = _going(store, old, wish)
    output, lines = _old_output(store, wish, {each.id for each in going})
    return Superfluous(going, len(old) - len(going), 0, output, lines)


def prune(store: HistoryStore, wish: Wish) -> Superfluous:
    """Remove what is superfluous, and return what that was. Raises HistoryError, LockLostError.

    What a rollback needs is worked out under the locks of the apps, so that nobody changes it meanwhile; runs whose
    apps are being changed stay until the next time.
    """
    old = _past_limits(store, wish)
    with ExitStack() as stack:
        held = _locked(store, _places(old), wish.now, stack)
        free = [each for each in old if each.store or held.keys() >= set(_places([each]))]
        going = _going(store, free, wish)
        for some in batches(going, AT_ONCE):
            for lock in held.values():
                lock.renew()
            store.remove([document for each in some for document in (each.id, *each.operations)])
    output, lines = _old_output(store, wish, set())
    for ids in batches(output):
        remove_output(store, ids, wish.now)
    return Superfluous(going, len(free) - len(going), len(old) - len(free), output, lines)


def _going(store: HistoryStore, old: list[Old], wish: Wish) -> tuple[Old, ...]:
    """Return those runs upon which nothing rests, with their operations."""
    if not old:
        return ()
    rested = needed(store, _places(old), {each.workspace for each in old}, wish.depths)
    return tuple(_whole(store, each) for each in old if each.id not in rested)


def _past_limits(store: HistoryStore, wish: Wish) -> list[Old]:
    """Return the runs that have ended and that no rule keeps, oldest first."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for run in documents(store, "run"):
        verb, rule = str(run.get("verb")), wish.keep.of(str(run.get("verb")))
        group = (str(run.get("store") or ""), str(run.get("workspace")), verb if verb in wish.keep.verbs else "")
        seen[group] += 1
        if run.get("status") != "running" and _is_past(run, seen[group], rule, wish.now):
            found.append(_old(run))
    return found[::-1]


def _is_past(run: Document, place: int, rule: Rule, now: datetime) -> bool:
    """Return whether neither of the limits keeps a run that is the `place`th newest."""
    if rule.runs is None and rule.age is None:
        return False
    few = rule.runs is not None and place <= rule.runs
    return not few and (rule.age is None or _is_older(run, now, rule.age))


def _is_older(document: Document, now: datetime, age: float) -> bool:
    """Return whether it began longer ago than that; what has no time that can be read has not."""
    try:
        started = datetime.fromisoformat(str(document.get("started")))
    except ValueError:
        return False
    return (started if started.tzinfo else started.replace(tzinfo=UTC)) < now - timedelta(seconds=age)


def _old(run: Document) -> Old:
    """Return a run without its operations, which need not be known of all."""
    return Old(
        id=str(run["id"]),
        number=int(run["number"]),
        verb=str(run.get("verb")),
        workspace=str(run.get("workspace")),
        apps=tuple(map(str, run.get("apps") or ())),
        started=str(run.get("started")),
        store=run.get("store"),
        operations=(),
    )


def _whole(store: HistoryStore, run: Old) -> Old:
    """Return the run with its operations."""
    return run._replace(operations=tuple(str(each["id"]) for each in store.latest("operation", {"run": run.id})))


def _places(runs: Iterable[Old]) -> tuple[Place, ...]:
    """Return the apps and workspaces that runs of this store were about."""
    return tuple(sorted({Place(app, each.workspace) for each in runs if not each.store for app in each.apps}))


def _locked(store: HistoryStore, places: Sequence[Place], now: datetime, stack: ExitStack) -> dict[Place, StoreLock]:
    """Take the locks that are free, until the stack is left; the store then writes only while they are held."""
    writer = this_writer()
    owner: Document = {"verb": "store prune", "host": writer["host"], "pid": writer["pid"], "since": now.isoformat()}
    taken = {}
    for place in places:
        lock = store.lock(lock_name(place.workspace, place.app))
        if lock.acquire(owner):
            stack.callback(lock.release)
            taken[place] = lock
    stack.callback(store.fence, ())
    store.fence([lock.lease for lock in taken.values() if lock.lease is not None])
    return taken


def _old_output(store: HistoryStore, wish: Wish, going: set[str]) -> tuple[tuple[str, ...], int]:
    """Return the operations that stay while their output is past the limits, and how many lines that is."""
    found, lines = [], 0
    for operation in _with_old_output(store, wish):
        if str(operation["run"]) in going:
            continue
        printed = store.read_output(str(operation["id"]))
        if printed and not was_removed(printed):
            found.append(str(operation["id"]))
            lines += len(printed)
    return tuple(found), lines


def _with_old_output(store: HistoryStore, wish: Wish) -> Iterator[Document]:
    """Yield the operations that have ended and whose output may be past the limits."""
    rules = (wish.keep.rule, *wish.keep.verbs.values())
    ages = [rule.output for rule in rules if rule.output is not None]
    if not ages:
        return
    latest = (wish.now - timedelta(seconds=min(ages))).isoformat()
    for run in documents(store, "run", {"until": latest}):
        age = wish.keep.of(str(run.get("verb"))).output
        if age is None or not _is_older(run, wish.now, age):
            continue
        operations = store.latest("operation", {"run": str(run["id"])})
        yield from (each for each in operations if each.get("status") != "running")
