"""A history made anew: after a lost laptop, the platforms still know what runs, by its labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import msgspec

from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.history.journal import History
from milepost.host.inquiry import quiet_bench
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.locking import locked
from milepost.host.lifecycle.noting import noted, owner_of
from milepost.host.lifecycle.subject import lock_name
from milepost.host.orphans import Orphan, Survey
from milepost.host.rebuilding import AppRecords, app_records, run_record
from milepost.host.subjects import subjects
from milepost.sdk.record import Operation, Run
from milepost.sdk.store import Document


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a history knows again."""

    run: Run | None
    """The run that did it; None when there was nothing to do."""
    runs: tuple[Run, ...] = ()
    deployments: tuple[Operation, ...] = ()
    live: tuple[Operation, ...] = ()
    """The releases of what serves."""
    untold: tuple[str, ...] = ()
    """What could not be known, a sentence each."""


def lost(found: Survey) -> tuple[Orphan, ...]:
    """Return what in the survey's workspace is to get a record: deployments without one."""
    return tuple(
        each
        for each in found.orphans
        if each.sighting.workspace == found.workspace and each.sighting.is_deployment and each.record is None
    )


def rebuild(host: Host, found: Survey, why: str) -> Rebuilt:
    """Write records for what was found and has none; what is there already stays as it is. Raises LockedError."""
    orphans = lost(found)
    if not orphans:
        return Rebuilt(run=None, untold=found.unasked)
    host.writable_store()
    run = noted(host, "rebuild", found.workspace, why, apps=tuple(dict.fromkeys(_apps(orphans))))
    with _locked(host, run):
        bench = quiet_bench(host)
        find = subjects(host, found.workspace, bench)
        made = [app_records(bench, find(app), _of(orphans, app)) for app in run.apps]
        runs, collided = _written(bench, made)
        ended = msgspec.structs.replace(run, status="success", ended=system_clock(), exit_status=0)
        recorded = host.history.append_run(ended)
    return Rebuilt(
        run=recorded,
        runs=runs,
        deployments=tuple(each for one in made for each in one.deployments),
        live=tuple(one.live for one in made if one.live is not None),
        untold=(*found.unasked, *(text for one in made for text in one.untold), *collided),
    )


def _apps(orphans: Iterable[Orphan]) -> Iterator[str]:
    """Yield the apps of what was found."""
    yield from (each.sighting.app for each in orphans)


def _of(orphans: Iterable[Orphan], app: str) -> list[Orphan]:
    """Return those of one app."""
    return [each for each in orphans if each.sighting.app == app]


@contextmanager
def _locked(host: Host, run: Run) -> Iterator[None]:
    """Hold the locks of the apps, so that nobody deploys meanwhile. Raises LockedError."""
    owner = owner_of(run)
    with ExitStack() as held:
        for name in sorted(lock_name(run.workspace, app) for app in run.apps):
            lock = host.store.lock(name)
            if not lock.acquire(owner):
                raise locked(name, lock.holder() or {})
            held.callback(lock.release)
        yield


def _written(bench: Bench, made: Sequence[AppRecords]) -> tuple[tuple[Run, ...], list[str]]:
    """Write the records, and return the runs and what is to be said of their numbers."""
    operations = [each for one in made for each in (*one.deployments, *one.others)]
    runs: list[Run] = []
    told: list[str] = []
    records: list[Run | Operation] = []
    for name in dict.fromkeys(each.run for each in operations):
        of_run = [each for each in operations if each.run == name]
        run = run_record(bench, of_run)
        if bench.history.run(name) is None and (not run.number or _is_taken(bench.history, run)):
            old, run = run.number, bench.history.append_run(msgspec.structs.replace(run, number=0))
            told.append(f"what was #{old} is #{run.number} now: this history has another #{old}")
        runs.append(run)
        records += [run, *(msgspec.structs.replace(each, number=run.number) for each in of_run)]
    _admit(bench.history, records)
    return tuple(runs), told


def _is_taken(history: History, run: Run) -> bool:
    """Return whether another run of this history has the number."""
    return any(each.store is None and each.id != run.id for each in history.runs({"number": run.number}))


def _admit(history: History, records: Sequence[Run | Operation]) -> None:
    """Add records in the order of their ids; what is older than the newest document goes before all that is there."""
    newest = max((str(each["id"]) for kind in ("run", "operation") for each in _last(history, kind)), default="")
    ordered = sorted(records, key=lambda each: each.id)
    history.store.admit([_document(each) for each in reversed(ordered) if each.id < newest], older=True)
    history.store.admit([_document(each) for each in ordered if each.id > newest])


def _last(history: History, kind: str) -> list[Document]:
    """Return the newest document of a kind."""
    return history.store.latest(kind, {}, limit=1)


def _document(record: Run | Operation) -> Document:
    """Return a record as JSON values."""
    document: Document = msgspec.to_builtins(record)
    return document
