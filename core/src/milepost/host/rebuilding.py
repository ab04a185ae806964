"""Records made anew of what platforms have: what labels tell, and never more than they tell."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from milepost import __version__
from milepost.host.history.ids import ALPHABET, LENGTH
from milepost.host.lifecycle.adopting import adoption_fields, told_release, who_released
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.labels import COMMIT, RUN, USER
from milepost.host.lifecycle.live import Inquiry
from milepost.host.lifecycle.serving import ask_adoption
from milepost.host.lifecycle.sighting import Sighting, question
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import config_document
from milepost.host.orphans import Orphan
from milepost.sdk.deployment import Release
from milepost.sdk.errors import MilepostError
from milepost.sdk.record import Operation, Run, Source

REBUILT = "milepost/rebuilt"
"""The label of records made anew: its value is the id of the history that was lost."""

NOTE = "made anew from labels: its hooks, its output and how long it took are not known"
PERHAPS = "made anew: that it was released is concluded from its being parked; when, nobody knows"
SERVING = "made anew: its releaser says that it is live; when it was released, nobody knows"


@dataclass
class AppRecords:
    """The records of an app in a workspace, made anew."""

    subject: Subject
    deployments: list[Operation] = field(default_factory=list)
    others: list[Operation] = field(default_factory=list)
    """Builds and releases."""
    live: Operation | None = None
    """The release of what serves."""
    untold: list[str] = field(default_factory=list)
    """What could not be known, a sentence each."""


def app_records(bench: Bench, subject: Subject, orphans: Sequence[Orphan]) -> AppRecords:
    """Return the records of an app, oldest first, as far as labels and platforms can tell them."""
    made = AppRecords(subject)
    known: dict[str, Orphan] = {}
    for each in sorted(orphans, key=lambda orphan: orphan.sighting.operation):
        try:
            deployment = _deployment(bench, subject, each.sighting)
        except MilepostError as error:
            made.untold.append(f"{each.sighting.key} gets no record: {error}")
            continue
        if deployment is None:
            made.untold.append(f"{each.sighting.key} gets no record: its platform cannot say what it is")
            continue
        known[deployment.id] = each
        made.deployments.append(_with_build(made, deployment))
    _release(bench, made, known)
    return made


def _deployment(bench: Bench, subject: Subject, sighting: Sighting) -> Operation | None:
    """Return the deploy that made the objects; None where the platform cannot tell of it."""
    adopted = ask_adoption(bench, subject, sighting)
    if adopted is None:
        return None
    fields = adoption_fields(bench, subject, sighting, adopted)
    fields["labels"] = {**fields["labels"], REBUILT: sighting.store}
    fields["warnings"] = (*fields["warnings"], NOTE)
    asked = question(bench, subject, sighting.platform, sighting.operation)
    return msgspec.structs.replace(asked, label="deploy", **_whence(bench, sighting), **fields)


def _whence(bench: Bench, sighting: Sighting) -> dict[str, Any]:
    """Return the fields that say of which run something was, and when."""
    at = when(bench, sighting)
    return {
        "run": run_id(sighting),
        "number": sighting.number or 0,
        "user": sighting.labels.get(USER, ""),
        "started": at,
        "ended": at,
        "milepost": __version__,
    }


def when(bench: Bench, sighting: Sighting) -> datetime:
    """Return when the objects were made, as their label says; now, where none does."""
    return sighting.at or bench.clock()


def run_id(sighting: Sighting) -> str:
    """Return the id of the run that made the objects: as labelled, else one made of the operation's."""
    labelled = sighting.labels.get(RUN, "")
    return beside(sighting.operation, "run", -2) if not labelled or labelled.isdecimal() else labelled


def beside(id: str, what: str, side: int) -> str:
    """Return an id that is always the same for `what` of an operation, and sorts right before or after it."""
    number = 0
    for digit in id:
        number = number << 5 | max(0, ALPHABET.find(digit))
    number = max(0, number + side * (1 + zlib.crc32(f"{what} {id}".encode())))
    return "".join(ALPHABET[number >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5))


def _with_build(made: AppRecords, deployment: Operation) -> Operation:
    """Return the deployment with the build or push that its artifact came from, which gets a record too."""
    if deployment.artifact is None:
        return deployment
    block = made.subject.app.build
    pushed = block is not None and block.registry is not None and not deployment.artifact.provisional
    stage: Any = "push" if pushed else "build"
    made.others.append(
        msgspec.structs.replace(
            _like(deployment, beside(deployment.id, "build", -1)),
            stage=stage,
            label=stage,
            artifact=deployment.artifact,
            warnings=(NOTE,),
        )
    )
    return msgspec.structs.replace(deployment, build=made.others[-1].id)


def _like(deployment: Operation, id: str) -> Operation:
    """Return an operation of the same run and time, with nothing of its own yet."""
    fields = ("run", "number", "project", "workspace", "app", "started", "ended", "writer", "user", "source", "labels")
    copied = {name: getattr(deployment, name) for name in fields}
    return Operation(id=id, stage="build", status="success", milepost=__version__, **copied)


def _release(bench: Bench, made: AppRecords, orphans: dict[str, Orphan]) -> None:
    """Add the release of what serves, and those of what was parked before it: a rollback goes to these."""
    serving = [each for each in made.deployments if orphans[each.id].serves == "yes"]
    made.untold += [
        f"whether {orphan.sighting.key} serves could not be asked"
        for orphan in orphans.values()
        if orphan.serves == "unknown"
    ]
    live = serving[-1] if serving else None
    if live is None:
        return
    try:
        release = _live_release(bench, made.subject, orphans[live.id].sighting, live)
    except MilepostError as error:
        made.untold.append(f"the release of {orphans[live.id].sighting.key} gets no record: {error}")
        return
    previous = None
    if bench.history.live(live.app, live.workspace) is None:
        for each in [one for one in made.deployments if one.presence == "parked" and one.id < live.id]:
            made.others.append(_former_release(each, release, previous))
            previous = each.id
    made.live = msgspec.structs.replace(release, previous=previous)
    made.others.append(made.live)
    at = made.deployments.index(live)
    made.deployments[at] = msgspec.structs.replace(live, presence="released" if live.presence == "staged" else "parked")


def _live_release(bench: Bench, subject: Subject, sighting: Sighting, live: Operation) -> Operation:
    """Return the release that made it live, as its releaser tells it."""
    releaser = who_released(bench, subject, sighting)
    release = msgspec.structs.replace(
        _like(live, beside(live.id, "release", 1)),
        stage="release",
        label="release",
        plugin=releaser.stamp if releaser else None,
        config=config_document(bench, releaser) if releaser else None,
        facts=live.facts,
        target=live.id,
        artifact=live.artifact,
        warnings=(SERVING,),
    )
    ledger = Inquiry(bench, release)
    answer = told_release(bench, subject, ledger, releaser, live)
    return msgspec.structs.replace(ledger.record, release=answer)


def _former_release(deployment: Operation, live: Operation, previous: str | None) -> Operation:
    """Return a release that once made a parked deployment live, by the releaser that is there now."""
    return msgspec.structs.replace(
        _like(deployment, beside(deployment.id, "release", 1)),
        stage="release",
        label="release",
        plugin=live.plugin,
        config=live.config,
        state=live.state,
        facts=deployment.facts,
        target=deployment.id,
        previous=previous,
        artifact=deployment.artifact,
        release=Release(urls=live.release.urls if live.release else ()),
        warnings=(PERHAPS,),
    )


def run_record(bench: Bench, operations: Sequence[Operation]) -> Run:
    """Return the run that these operations were of."""
    first = min(operations, key=lambda each: each.id)
    return Run(
        id=first.run,
        project=first.project,
        workspace=first.workspace,
        verb="up" if any(each.stage == "release" for each in operations) else "deploy",
        apps=tuple(dict.fromkeys(each.app for each in operations)),
        started=min(each.started for each in operations),
        ended=max(each.started for each in operations),
        writer=bench.writer,
        source=Source(folder="", commit=first.labels.get(COMMIT)),
        number=first.number,
        status="success",
        exit_status=0,
        user=first.user,
        labels={REBUILT: first.labels.get(REBUILT, "")},
        milepost=__version__,
    )
