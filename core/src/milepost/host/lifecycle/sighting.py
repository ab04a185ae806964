"""Sightings: what platforms have of a project, found by labels, whatever the history knows of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from milepost.host.history.journal import STANDING, History
from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.labels import APP, KIND, NUMBER, OPERATION, PROJECT, RUN, STORE, WHEN, WORKSPACE
from milepost.host.lifecycle.live import inquiry
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.workers import Worker, config_document, todays
from milepost.host.plugins.faults import blame, demand
from milepost.sdk.capabilities import Finds
from milepost.sdk.deployment import Resource
from milepost.sdk.errors import MilepostError
from milepost.sdk.record import Operation


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """The objects that one operation made, as a platform has them."""

    platform: Worker[Any]
    resources: tuple[Resource, ...]

    @property
    def labels(self) -> Mapping[str, str]:
        """What they are labelled with."""
        return self.resources[0].labels

    @property
    def key(self) -> str:
        """The exact key of the first of them, by which people call them."""
        return self.resources[0].key

    @property
    def app(self) -> str:
        """The app they are of."""
        return self.labels.get(APP, "")

    @property
    def workspace(self) -> str:
        """The workspace they are in."""
        return self.labels.get(WORKSPACE, "")

    @property
    def store(self) -> str:
        """The id of the history that they were made from."""
        return self.labels.get(STORE, "")

    @property
    def operation(self) -> str:
        """The id of the operation that made them; empty where nothing says so."""
        return self.labels.get(OPERATION, "")

    @property
    def is_deployment(self) -> bool:
        """Whether a deploy made them: a task may leave something, too."""
        return self.labels.get(KIND, "deploy") == "deploy" and bool(self.operation)

    @property
    def number(self) -> int | None:
        """The number of the run that made them."""
        text = self.labels.get(NUMBER) or self.labels.get(RUN, "")
        return int(text) if text.isdecimal() else None

    @property
    def at(self) -> datetime | None:
        """When they were made, where a label says it."""
        try:
            return datetime.fromisoformat(self.labels.get(WHEN, ""))
        except ValueError:
            return None


def question(bench: Bench, about: About, platform: Worker[Any], operation: str = "") -> Operation:
    """Return what a step is about that asks and is never recorded; it may stand in for an operation that is lost."""
    return Operation(
        id=operation or bench.new_id(),
        run="",
        number=0,
        project=about.project_name,
        workspace=about.workspace,
        app=about.name,
        stage="deploy",
        started=bench.clock(),
        writer=bench.writer,
        plugin=platform.stamp,
    )


def look(bench: Bench, about: About, platform: Worker[Any], labels: Mapping[str, str]) -> tuple[Sighting, ...]:
    """Return what the platform has with these labels; nothing, where it cannot look."""
    if not isinstance(platform.role, Finds):
        return ()
    doing = "looking for objects"
    with inquiry(bench, about, platform, question(bench, about, platform)) as step, blame(platform.entry, doing):
        found = platform.role.find(dict(labels), step)
    made: dict[str, list[Resource]] = {}
    for each in demand(platform.entry, found, tuple, doing):
        made.setdefault(each.labels.get(OPERATION) or each.key, []).append(each)
    return tuple(Sighting(platform=platform, resources=tuple(each)) for each in made.values())


def of_app(about: About) -> dict[str, str]:
    """Return the labels of all that an app has in a workspace."""
    return {PROJECT: about.project_name, APP: about.name, WORKSPACE: about.workspace}


def platforms(bench: Bench, about: About, standing: Sequence[Operation] = ()) -> Iterator[Worker[Any] | MilepostError]:
    """Yield the platforms that an app may have objects on, today's and those of records, each config once.

    Those of the deploys in `standing` alone, where there are such. Instead of one that cannot be made now, why.
    """
    seen: set[str] = set()
    for recorded, make in _candidates(bench, about, standing):
        if recorded in seen:
            continue  # the same as one that was made already
        seen.add(recorded)
        try:
            made: Worker[Any] | MilepostError | None = make()
        except MilepostError as error:
            made = error
        if made is None:
            continue
        key = str(made) if isinstance(made, MilepostError) else identity(bench, made)
        if key == recorded or key not in seen:
            seen.add(key)
            yield made


def identity(bench: Bench, platform: Worker[Any]) -> str:
    """Return what is equal for two platforms that have the same objects."""
    return json.dumps([platform.entry.distribution, platform.entry.word, config_document(bench, platform)])


def recorded_identity(deploy: Operation) -> str:
    """Return the same for the platform of a record, as far as that tells: another one may have the same objects."""
    stamp = deploy.plugin
    return json.dumps([stamp.distribution, stamp.word, deploy.config]) if stamp is not None else ""


def _candidates(
    bench: Bench, about: About, standing: Sequence[Operation]
) -> Iterator[tuple[str, Callable[[], Worker[Any] | None]]]:
    """Yield what makes today's platform and those of records, each record's with its identity as far as it tells."""
    if not standing:
        yield "", partial(_todays, bench, about)
    for deploy in standing or _deploys(bench, about):
        if deploy.plugin is not None:
            yield recorded_identity(deploy), partial(worker_of, bench, about, deploy)


def _todays(bench: Bench, about: About) -> Worker[Any] | None:
    """Return the platform of today's file, if the app has one there."""
    today = about.today("platform")
    return None if today is None else todays(bench, "platform", today.use, today.scope)


def _deploys(bench: Bench, about: About) -> Iterator[Operation]:
    """Yield the deploys of an app whose platforms may have something of it."""
    where = {"app": about.name, "workspace": about.workspace, "stage": "deploy"}
    yield from bench.history.operations({**where, "status": "success"}, limit=1)
    yield from bench.history.operations({**where, "presence": STANDING})


def named_by(history: History, sighting: Sighting) -> Operation | None:
    """Return the record of this history's own that names the objects as something that may stand; None for orphans."""
    record = history.operation(sighting.operation) if sighting.operation else None
    if record is not None and record.store is None and (record.stage != "deploy" or record.presence in STANDING):
        return record
    keys = {each.key for each in sighting.resources}
    for deploy in history.deployments(sighting.app, sighting.workspace):
        if keys & {each.key for each in deploy.resources}:
            return deploy
    return None


def is_foreign(bench: Bench, sighting: Sighting) -> bool:
    """Return whether another history made these objects, and this one has no record of its own of them.

    What was adopted, or rebuilt after that history was lost, keeps its labels and is ours all the same.
    """
    if sighting.store == bench.history.store.id:
        return False
    record = bench.history.operation(sighting.operation) if sighting.operation else None
    return record is None or record.store is not None
