"""The step: what a worker gets, with the terms that a deployment was asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import msgspec

from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.labels import outside_labels
from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.workers import Worker
from milepost.host.recording import convert, secrets_in
from milepost.host.step import HostStep
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.record import Operation
from milepost.sdk.step import Facts, HealthCheck, Strategy

KINDS = {"env": "env", "files": "file"}
"""What of the terms comes from the app's config, and what it is called there."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment was asked to be, beside its plugin's config: recorded, so that a rollback can ask it again."""

    strategy: Strategy
    exposes: tuple[str, ...] = ()
    env: dict[str, Any] = {}
    files: dict[str, Any] = {}
    """Path → content."""
    health: HealthCheck = HealthCheck()
    port: int | None = None
    hosts: tuple[str, ...] = ()
    keep_running: bool = False


class Told(NamedTuple):
    """What a step is told for this once, that no record keeps."""

    registry: RegistryAccess | None = None
    targets: tuple[str, ...] = ()
    volumes: bool = False


NOTHING = Told()


def plain_terms(operation: Operation) -> Terms:
    """Return the terms of a recorded deployment without its config: enough to stop it and to ask about it."""
    fields = {name: value for name, value in (operation.facts or {}).items() if name not in KINDS}
    return convert({"strategy": "blue-green", **fields}, Terms)


@contextmanager
def step_for(
    bench: Bench, about: About, operation: OpenOperation, worker: Worker[Any], terms: Terms, told: Told = NOTHING
) -> Iterator[HostStep]:
    """Yield the step with which a worker works on an operation; its scratch folder goes with it."""
    for secret in secrets_in([terms.env, terms.files, worker.config, told.registry]):
        operation.hide(secret)
    scratch = _scratch(bench, operation.record.id)
    data = bench.folders.plugin(worker.entry.distribution)
    if not operation.only_asks:
        data.mkdir(parents=True, exist_ok=True)
    try:
        yield HostStep(
            facts=_with(told, _facts(bench, about, operation, terms, {"data": data, "scratch": scratch})),
            ledger=operation,
            cancel=bench.cancel,
            deadline=bench.deadline(),
            masker=bench.masker,
            clock=bench.clock,
            lock=bench.lock,
            runner=bench.runner,
        )
    finally:
        _put_away(bench, scratch)


def _scratch(bench: Bench, operation: str) -> Path:
    """Return a new empty folder for an operation."""
    if bench.reuse is not None:
        with suppress(IndexError):
            return bench.reuse.scratch.pop()
    shelf = bench.folders.cache / "scratch"
    prefix = f"{operation}-"  # and a name of its own: somebody else may ask about the same deployment at this moment
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(prefix=prefix, dir=shelf))
    except OSError:
        # Whoever only asks may have no right to write there.
        return Path(mkdtemp(prefix=prefix))


def _put_away(bench: Bench, scratch: Path) -> None:
    """Remove a folder with all that is in it; an empty one is left to the next question, if there is one."""
    if bench.reuse is not None:
        with suppress(OSError):  # somebody else may have removed it
            if not any(scratch.iterdir()):
                bench.reuse.scratch.append(scratch)
                return
    shutil.rmtree(scratch, ignore_errors=True)


def _with(told: Told, facts: Facts) -> Facts:
    """Return the facts with what is told for this once."""
    return msgspec.structs.replace(facts, **told._asdict())


def _facts(bench: Bench, about: About, operation: OpenOperation, terms: Terms, places: Mapping[str, Path]) -> Facts:
    """Return what the step is about."""
    record = operation.record
    return Facts(
        run=record.number,
        operation=record.id,
        stage=operation.stage,
        project=record.project,
        app=record.app,
        workspace=record.workspace,
        source=about.source,
        home=bench.folders.home,
        data=places["data"],
        scratch=places["scratch"],
        environment=bench.environment,
        own=(bench.folders.state, bench.folders.cache, Path(bench.history.store.place)),
        store=bench.history.store.id,
        labels=outside_labels(record, bench.history.store.id),
        env=terms.env,
        files=terms.files,
        health=terms.health,
        strategy=terms.strategy,
        port=terms.port,
        hosts=terms.hosts,
        previous=record.previous,
    )
