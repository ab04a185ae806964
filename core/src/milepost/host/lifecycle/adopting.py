"""Orphans in a run, under the app's lock: what no record names is destroyed, or gets a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from milepost.host.lifecycle.behalf import Behalf
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.choosing import strategy_of
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.labels import COMMIT
from milepost.host.lifecycle.live import last_release
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.serving import ask_adoption, current, serves, todays_releaser
from milepost.host.lifecycle.sighting import Sighting, is_foreign, look, named_by, of_app, platforms, question
from milepost.host.lifecycle.stepping import Terms, plain_terms, step_for
from milepost.host.lifecycle.subject import Subject, terms_document, terms_today
from milepost.host.lifecycle.workers import Worker, config_document
from milepost.host.plugins.faults import blame, demand
from milepost.host.recording import record_config, record_state
from milepost.sdk.capabilities import Adopted, AdoptsReleases
from milepost.sdk.config import PluginState
from milepost.sdk.deployment import Recorded, Release
from milepost.sdk.errors import MilepostError, OperationError, RefusedError
from milepost.sdk.events import Said
from milepost.sdk.record import Operation, Source
from milepost.sdk.store import OutputLine

FROM_TODAY = "its environment, files and health check are those of today's project file: nothing else tells them"
UNTOLD = "its environment and health check are not known: {}"


def seek(bench: Bench, part: Part, subject: Subject, keys: Iterable[str]) -> tuple[Sighting, ...]:
    """Return the orphans of those keys, looked for anew now that the lock is held.

    Raises OperationError for one that is gone or has a record by now, RefusedError for one of another history.
    """
    found: dict[str, Sighting] = {}
    for each in _looked(bench, subject):
        found.setdefault(each.key, each)  # as today's platform has it, by which the survey judges, too
    wanted = []
    for key in keys:
        sighting = found.get(key)
        if sighting is None:
            raise OperationError(f"no platform of {subject.app.name} has {key} any more", hint="milepost orphans list")
        _refuse_named(bench, sighting)
        if is_foreign(bench, sighting) and not part.request.choices.force:
            raise RefusedError(
                f"{key} is of the history {sighting.store or 'unknown'}, and this one is {bench.history.store.id}",
                hint="use that history, by MILEPOST_HISTORY, or if it is lost for good add --force",
            )
        wanted.append(sighting)
    return tuple(wanted)


def _looked(bench: Bench, subject: Subject) -> Iterator[Sighting]:
    """Yield all that the platforms of an app have of it; one that cannot be asked has nothing to be changed."""
    for platform in platforms(bench, subject):
        if not isinstance(platform, MilepostError):
            yield from look(bench, subject, platform, of_app(subject))


def _refuse_named(bench: Bench, sighting: Sighting) -> None:
    """Raise OperationError when a record names the objects."""
    record = named_by(bench.history, sighting)
    if record is not None:
        raise OperationError(
            f"{sighting.key} is no orphan: {record.app}#{record.number} has it",
            hint=f"milepost show {record.app}#{record.number}",
        )


class Stray(Behalf):
    """The ledger of a deployment that has no record: what is told of it goes to the operation that works on it."""

    def change(self, *along: Operation, **fields: Any) -> None:
        """Keep the change in memory alone."""
        self.record = msgspec.structs.replace(self.record, **fields)


def destroy_orphans(bench: Bench, part: Part, subject: Subject, keys: Iterable[str]) -> None:
    """Destroy what no record names, each as an operation of its own. Raises RefusedError for what serves."""
    orphans = seek(bench, part, subject, keys)
    for each in orphans:
        _refuse_serving(bench, subject, each)
    for each in orphans:
        _destroy(bench, part, subject, each)


def _refuse_serving(bench: Bench, subject: Subject, orphan: Sighting) -> None:
    """Raise RefusedError for what serves, or may."""
    answer = serves(bench, subject, orphan)
    if answer == "no":
        return
    why = "serves" if answer == "yes" else "may serve: nobody could say"
    raise RefusedError(
        f"{orphan.key} {why}", hint=f"milepost orphans adopt {orphan.key}, then milepost destroy {subject.app.name}"
    )


def _destroy(bench: Bench, part: Part, subject: Subject, orphan: Sighting) -> None:
    """Destroy one by the exact keys that were found."""
    platform = orphan.platform
    record = draft(
        bench,
        part,
        subject,
        "destroy",
        label="orphan",
        target=orphan.operation or None,
        plugin=platform.stamp,
        config=config_document(bench, platform),
        resources=orphan.resources,
    )

    def work(operation: OpenOperation) -> None:
        lost = question(bench, subject, platform, orphan.operation)
        stray, recorded = Stray(operation, lost, "destroy"), _recorded(bench, subject, orphan)
        with step_for(bench, subject, stray, platform, plain_terms(lost)) as step, blame(platform.entry, "destroying"):
            platform.role.destroy(recorded, step)
        _see_gone(bench, subject, orphan)
        operation.result, operation.summary = "destroyed", orphan.key

    perform(bench, record, (), hook_context(part, subject), work)


def _recorded(bench: Bench, subject: Subject, orphan: Sighting) -> Recorded[Any]:
    """Return what the platform knows of the objects; where that is nothing whole, their keys are enough to go by."""
    try:
        adopted = ask_adoption(bench, subject, orphan)
    except OperationError:
        adopted = None
    bare: Recorded[Any] = Recorded(operation=orphan.operation, resources=orphan.resources)
    return bare if adopted is None else adopted.recorded


def _see_gone(bench: Bench, subject: Subject, orphan: Sighting) -> None:
    """Raise OperationError when the platform still has the objects."""
    left = [each.key for each in look(bench, subject, orphan.platform, of_app(subject)) if each.key == orphan.key]
    if left:
        raise OperationError(f"{orphan.platform.entry.word} destroyed {left[0]}, and still has it")


def adopt_orphans(bench: Bench, part: Part, subject: Subject, keys: Iterable[str]) -> None:
    """Give records to what no record names, and to the release of the one that serves."""
    for each in seek(bench, part, subject, keys):
        deployment = _adopt(bench, part, subject, each)
        if serves(bench, subject, each) == "yes":
            _adopt_release(bench, part, subject, each, deployment)


def _adopt(bench: Bench, part: Part, subject: Subject, orphan: Sighting) -> Operation:
    """Record one as the deployment that it is, under its own id: what it made goes by that name."""
    adopted = ask_adoption(bench, subject, orphan)
    if adopted is None:
        raise OperationError(
            f"the platform {orphan.platform.entry.word} cannot say what {orphan.key} is, so it cannot be adopted",
            hint=f"milepost orphans destroy {orphan.key}",
        )
    fields = adoption_fields(bench, subject, orphan, adopted)
    known = bench.history.operation(orphan.operation)
    if known is not None and known.store is None:
        return _corrected(bench, subject, orphan, known, fields)
    del fields["status"], fields["presence"]
    lines: list[OutputLine] = []
    if known is not None:
        fields |= _brought(known)
        lines = bench.history.store.read_output(known.id)
        bench.history.store.remove([known.id])
    record = msgspec.structs.replace(draft(bench, part, subject, "deploy", label="adopt"), id=orphan.operation)

    def work(operation: OpenOperation) -> None:
        bench.history.store.write_output(record.id, lines)
        operation.change(**{**fields, "labels": {**operation.record.labels, **fields["labels"]}})
        # Written together with the end: half an adoption must not pass for half a deployment, which would be destroyed.
        operation.record = msgspec.structs.replace(operation.record, presence=adopted.presence)
        operation.result = "adopted"
        operation.summary = f"{adopted.presence}, made as #{orphan.number}" if orphan.number else adopted.presence

    return perform(bench, record, (), hook_context(part, subject), work)


def _corrected(bench: Bench, subject: Subject, orphan: Sighting, known: Operation, fields: dict[str, Any]) -> Operation:
    """Return the record of what stands although its record said that it was gone, as it is now."""
    told = f"{orphan.key} was recorded as {known.presence}, and is there"
    bench.emit(Said(at=bench.clock(), app=subject.app.name, stage="adopt", text=told))
    again = msgspec.structs.replace(known, **{**fields, "failure": None})
    bench.history.amend(again)
    return again


def _brought(known: Operation) -> dict[str, Any]:
    """Return what a record brought from another history tells of a deployment better than its labels do."""
    note = f"it was #{known.number} of the history {known.store}, whose record was taken over"
    names = ("config", "facts", "fingerprint", "artifact", "source", "warnings")
    told = {name: value for name in names if (value := getattr(known, name))}
    return {**told, "warnings": (*known.warnings, note)}


def adoption_fields(bench: Bench, subject: Subject, orphan: Sighting, adopted: Adopted) -> dict[str, Any]:
    """Return the fields of a deploy's record that can be told of objects: from their labels and their platform."""
    recorded, platform = adopted.recorded, orphan.platform
    config = platform.config if adopted.config is None else adopted.config
    terms, warning = _terms(subject.with_artifact(recorded.artifact), platform, config)
    return {
        "status": "success",
        "plugin": platform.stamp,
        "config": record_config(config, bench.key),
        "facts": terms_document(terms, bench.key),
        "labels": dict(orphan.labels),
        "source": Source(folder="", commit=orphan.labels.get(COMMIT)),
        "artifact": recorded.artifact,
        "state": _state(recorded.state),
        "resources": recorded.resources,
        "deployment": recorded.deployment,
        "presence": adopted.presence,
        "warnings": (f"it was found by its labels; {warning}",),
    }


def _state(state: PluginState | None) -> dict[str, Any] | None:
    """Return a plugin's document as a record keeps it."""
    return None if state is None else record_state(state)


def _terms(subject: Subject, platform: Worker[Any], config: Any) -> tuple[Terms, str]:
    """Return what a found deployment is taken to have been asked to be, and what to say about that."""
    exposes = tuple(platform.platform_offer.exposes(config))
    try:
        strategy = strategy_of(subject, platform.platform_offer, exposes)
        return terms_today(subject, strategy, exposes), FROM_TODAY
    except MilepostError as error:
        return Terms(strategy="blue-green", exposes=exposes), UNTOLD.format(error)


def _adopt_release(bench: Bench, part: Part, subject: Subject, orphan: Sighting, deployment: Operation) -> None:
    """Record the release of a deployment that serves."""
    releaser = who_released(bench, subject, orphan)
    before = last_release(bench, subject)
    record = draft(
        bench,
        part,
        subject,
        "release",
        label="adopt release",
        plugin=releaser.stamp if releaser else None,
        config=config_document(bench, releaser) if releaser else None,
        facts=deployment.facts,
        target=deployment.id,
        previous=before.target if before else None,
        artifact=deployment.artifact,
    )

    def work(operation: OpenOperation) -> None:
        operation.change(release=told_release(bench, subject, operation, releaser, deployment))
        fresh = bench.history.operation(deployment.id) or deployment
        bench.history.amend(msgspec.structs.replace(fresh, presence="released"))
        operation.result = "live"

    perform(bench, record, (), hook_context(part, subject), work)


def who_released(bench: Bench, subject: Subject, orphan: Sighting) -> Worker[Any] | None:
    """Return today's releaser if it says that the objects have the traffic; None where nobody directs it."""
    releaser = todays_releaser(bench, subject, orphan.platform)
    if releaser is not None and current(bench, subject, releaser) != orphan.operation:
        raise OperationError(
            f"{orphan.key} serves through another releaser than {releaser.entry.word}, which today's file has",
            hint="put that releaser back into the project file, then do it again",
        )
    return releaser


def told_release(
    bench: Bench, subject: Subject, ledger: OpenOperation, releaser: Worker[Any] | None, deployment: Operation
) -> Release:
    """Return the release of what serves, as its releaser tells it; without URLs where it cannot."""
    if releaser is None or not isinstance(releaser.role, AdoptsReleases):
        return Release()
    terms, doing = plain_terms(deployment), "adopting a release"
    with step_for(bench, subject, ledger, releaser, terms) as step, blame(releaser.entry, doing):
        answer = releaser.role.adopt_release(deployment.id, step)
    return demand(releaser.entry, answer, Release, doing)
