"""Cleaning up: when nothing of an app stands in a workspace any more, what its deployments shared is removed, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.sighting import identity
from milepost.host.lifecycle.stepping import Told, plain_terms, step_for
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import Worker, config_document
from milepost.host.plugins.faults import blame
from milepost.sdk.capabilities import CleansUp
from milepost.sdk.errors import CancelledError, MilepostError
from milepost.sdk.events import Warned
from milepost.sdk.record import Operation


def clean_up(bench: Bench, part: Part, subject: Subject) -> None:
    """Have the platforms and releasers of an app of which nothing stands remove what is left, as recorded operations.

    A failure is a warning: what was asked for is gone.
    """
    if bench.history.deployments(subject.app.name, subject.workspace):
        return
    seen: set[str] = set()
    for origin in _origins(bench, subject):
        try:
            worker = worker_of(bench, subject, origin)
            key = identity(bench, worker)
        except MilepostError as error:
            text = f"what #{origin.number} shared could not be removed: {error}"
            bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))
            continue
        if isinstance(worker.role, CleansUp) and key not in seen:
            _clean(bench, part, subject, origin, worker)
        seen.add(key)


def _origins(bench: Bench, subject: Subject) -> Iterator[Operation]:
    """Yield the newest deploy and release of each plugin that had something of the app, releasers last."""
    found: dict[tuple[str, str], Operation] = {}
    for stage in ("deploy", "release"):
        where = {"app": subject.app.name, "workspace": subject.workspace, "stage": stage}
        for each in bench.history.operations(where):
            if each.plugin is not None and each.status != "unchanged" and each.store is None:
                found.setdefault((stage, f"{each.plugin.distribution}:{each.plugin.word}"), each)
    yield from found.values()


def _clean(bench: Bench, part: Part, subject: Subject, origin: Operation, worker: Worker[Any]) -> None:
    """Have the worker of an earlier operation clean up."""
    record = draft(
        bench,
        part,
        subject,
        "destroy",
        label="clean-up",
        plugin=worker.stamp,
        config=config_document(bench, worker),
    )
    told = Told(volumes=part.request.choices.volumes)

    def work(operation: OpenOperation) -> None:
        terms = plain_terms(origin)
        operation.result = "done"
        try:
            with (
                step_for(bench, subject, operation, worker, terms, told) as step,
                blame(worker.entry, "cleaning up"),
            ):
                worker.role.clean_up(step)
        except CancelledError:
            raise
        except MilepostError as error:
            operation.warn(f"cleaning up by {worker.entry.word} failed: {error}")
            operation.result = "left"

    perform(bench, record, (), hook_context(part, subject), work)
