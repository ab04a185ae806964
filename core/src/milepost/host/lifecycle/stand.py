"""Where the real world is put on the bench: stores, clocks, plugins and locks, for one process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.cancel import Cancel
from milepost.host.clock import system_clock
from milepost.host.fingerprint import fingerprint_key
from milepost.host.folders import folders
from milepost.host.history.heartbeat import Holding
from milepost.host.history.ids import Ulids
from milepost.host.history.journal import History, identify
from milepost.host.history.lock import lock_named
from milepost.host.history.opening import open_history
from milepost.host.history.whereabouts import Means
from milepost.host.lifecycle.bench import Bench
from milepost.host.mask import Masker
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.observers import Observers
from milepost.host.plugins.scan import scan
from milepost.host.project.project import Project
from milepost.sdk.events import Event, Warned
from milepost.sdk.store import HistoryStore

if TYPE_CHECKING:
    from milepost.host.lifecycle.goal import Part
    from milepost.host.lifecycle.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Stand:
    """What a process is given by the system."""

    environment: Mapping[str, str]
    cwd: Path
    path: tuple[str, ...]
    """Where Python modules, and so plugins, are looked for."""
    emit: Callable[[Event], None]
    cancel: Cancel
    only_asks: bool = False
    """Whether nothing is to be written by whoever works here."""

    def pause(self, seconds: float) -> None:
        """Wait so long. Raises CancelledError when somebody asks for an end meanwhile."""
        self.cancel.wait(seconds)
        self.cancel.check()


def make_bench(stand: Stand, part: Part, masker: Masker) -> Bench:
    """Return the bench for a part, with the history that its parent has opened; what it learns `masker` hides."""
    project = Project.of_document(part.project.encode())
    means = Means(
        folders=folders(stand.environment),
        new_id=Ulids(system_clock, os.urandom),
        now=system_clock,
        plugins=lambda: Plugins(Catalog(scan(stand.path))),
        hide=masker.add,
        pause=stand.pause,
    )
    store = open_history(part.store, project, means)
    bench = bench_of(stand, project, store)
    holding = Holding(store, lambda error: stand.cancel.ask(str(error)))
    return replace(bench, masker=masker, holding=holding)


def bench_of(stand: Stand, project: Project, store: HistoryStore) -> Bench:
    """Return the bench for a project, whose observers listen to all that happens on it."""
    places = folders(stand.environment)
    plugins = Plugins(Catalog(scan(stand.path)))
    known = plugins.catalog.words("observer")
    observers = Observers(
        [plugins.observer(each.word) for each in project.observers if each.observes(known)],
        lambda text: stand.emit(Warned(at=system_clock(), text=text)),
    )

    def emit(event: Event) -> None:
        stand.emit(event)
        observers.event(event)

    return Bench(
        history=History(store),
        plugins=plugins,
        observers=observers,
        folders=places,
        environment=stand.environment,
        emit=emit,
        clock=system_clock,
        monotonic=time.monotonic,
        new_id=Ulids(system_clock, os.urandom),
        lock=lambda name: lock_named(places.state / "locks", name),
        identify=identify,
        writer=identify(os.getpid()),
        key=fingerprint_key(places.state, stand.environment, create=not stand.only_asks),
        only_asks=stand.only_asks,
        cancel=stand.cancel,
        output_limit=project.output_limit,
    )


def make_subject(stand: Stand, part: Part, bench: Bench) -> Subject:
    """Return the subject of a part; what is read for it is masked on the bench."""
    from milepost.host.lifecycle.goal import BY_RECORDS  # noqa: PLC0415 - who only asks has no part
    from milepost.host.lifecycle.todays import Given, subject_of  # noqa: PLC0415 - who only asks may need no file

    project = Project.of_document(part.project.encode())
    request = part.request
    given = Given(
        stand.environment,
        stand.cwd,
        bench.plugins,
        request.variables,
        request.labels,
        stand.cancel,
        bench.masker.add,
    )
    return subject_of(project, part.app, request.workspace, part.number, given, by_records=request.verb in BY_RECORDS)
