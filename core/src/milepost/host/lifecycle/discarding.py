"""Discarding: artifacts that nothing needs any more are deleted, where a plugin says how many it is to keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.indispensable import Place, indispensable, standing
from milepost.host.lifecycle.loss import note_gone
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.stepping import Terms, step_for
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import RoleName, Worker, config_document, todays
from milepost.host.plugins.faults import blame, demand
from milepost.host.project.fields import known_part
from milepost.sdk.capabilities import KeepsArtifacts, LimitsArtifacts
from milepost.sdk.errors import OperationError, PluginError, ProjectFileError
from milepost.sdk.events import Warned
from milepost.sdk.record import Operation

MADE_IN: dict[RoleName, str] = {"builder": "build", "registry": "push", "platform": "deploy"}
"""The stage whose records tell what a role keeps."""

PAGE = 100
"""How many records are looked at together; where all of them are deleted already, so is what is older."""

MOST_PAGES = 20
"""How far back is looked where nothing was deleted yet."""

MOST_FAILURES = 3
"""After so many artifacts in a row that cannot be deleted, the others are left to the next release."""


def discard(bench: Bench, part: Part, subject: Subject, *, closed: bool = False) -> None:
    """Delete what the app's builder, registry and platform keep beyond their limits, as recorded operations.

    Kept is what any deployment that stands needs, in whichever workspace, what a rollback goes back to, and what runs
    that go on have made. Where the app was `closed` and nothing of it stands, what only it needed goes from builder
    and platform; a registry stays as it is. A failure is a warning.
    """
    for role in MADE_IN:
        if closed and role == "registry":
            continue
        try:
            worker = _todays(bench, subject, role)
            most = None if worker is None else _most(worker)
            if worker is not None and most is not None:
                here = None if closed else Place(subject.app.name, subject.workspace)
                needed = indispensable(bench.history, subject.project, here)
                going = superfluous(_kept(bench, subject, worker, closed=closed), needed, 0 if closed else most)
                _delete(bench, part, subject, worker, going)
        except (ProjectFileError, PluginError, OperationError) as error:
            text = f"what the {role} keeps was not looked through: {error}"
            bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))


def superfluous(kept: Iterable[Operation], needed: set[str], most: int) -> list[Operation]:
    """Return those of the operations, newest first, whose artifacts are to go, the oldest first.

    Beside the digests that are `needed`, the newest `most` stay.
    """
    made: dict[str, list[Operation]] = {}
    for each in kept:
        if each.artifact is not None and each.artifact.digest not in needed:
            made.setdefault(each.artifact.digest, []).append(each)
    return [each for same in list(made.values())[most:] for each in same][::-1]


def _todays(bench: Bench, subject: Subject, role: RoleName) -> Worker[Any] | None:
    """Return the plugin that the app has for the role today; what of its config is not known now is left out."""
    build, deploy = subject.app.build, subject.app.deploy
    registry = build.registry if build is not None else None
    blocks = {"builder": (build,), "registry": (build, registry), "platform": (deploy,)}[role]
    last = blocks[-1]
    if last is None or last.use is None:
        return None
    scope = subject.within(*blocks)
    return todays(bench, role, known_part(last.use, scope), scope)


def _most(worker: Worker[Any]) -> int | None:
    """Return how many artifacts the worker is to keep; None: all."""
    if not isinstance(worker.role, LimitsArtifacts):
        return None
    doing = "telling how many artifacts it keeps"
    with blame(worker.entry, doing):
        most = worker.role.keeps()
    return None if most is None else demand(worker.entry, most, int, doing)


def _kept(bench: Bench, subject: Subject, worker: Worker[Any], *, closed: bool) -> Iterator[Operation]:
    """Yield the operations that left an artifact with the plugin, newest first, as far as it may be there still."""
    where = {"app": subject.app.name, "stage": MADE_IN[worker.entry.role]}  # type: ignore[index]  # one of the three
    if not closed:
        where["workspace"] = subject.workspace
    elsewhere = {str(each["workspace"]) for each in standing(bench.history) if each["app"] == subject.app.name}
    before = None
    for _ in range(MOST_PAGES):
        page = bench.history.operations(where, limit=PAGE, before=before)
        own = [each for each in page if _is_of(each, worker) and not (closed and each.workspace in elsewhere)]
        yield from (each for each in own if not each.gone)
        if len(page) < PAGE or (own and all(each.gone for each in own)):
            return
        before = page[-1].id


def _is_of(operation: Operation, worker: Worker[Any]) -> bool:
    """Return whether an operation that has ended left an artifact with the worker's plugin."""
    stamp, entry = operation.plugin, worker.entry
    if operation.artifact is None or stamp is None or operation.status == "running":
        return False
    if operation.stage == "build" and (operation.build is not None or not operation.artifact.provisional):
        # It notes what was built elsewhere, or what lasts, which is in somebody's registry and not the builder's.
        return False
    return (stamp.role, stamp.word, stamp.distribution) == (entry.role, entry.word, entry.distribution)


def _delete(bench: Bench, part: Part, subject: Subject, worker: Worker[Any], going: list[Operation]) -> None:
    """Delete artifacts as one operation; what made them is marked, and what cannot be deleted is a warning."""
    if not going:
        return
    record = draft(
        bench,
        part,
        subject,
        "destroy",
        label=f"{worker.entry.role} artifacts",
        plugin=worker.stamp,
        config=config_document(bench, worker),
    )

    def work(operation: OpenOperation) -> None:
        deleted, failed = 0, 0
        for number, each in enumerate(going):
            if failed == MOST_FAILURES:
                operation.warn(f"{len(going) - number} more were not tried; the next release tries again")
                break
            failed = 0 if _delete_one(operation, subject, each) else failed + 1
            deleted += not failed
        operation.result = "deleted" if deleted else "kept"
        operation.summary = f"{deleted} of {len(going)}"

    perform(bench, record, (), hook_context(part, subject), work)


def _delete_one(operation: OpenOperation, subject: Subject, made: Operation) -> bool:
    """Delete what an operation left with its plugin, and mark it; return whether that could be done."""
    bench, artifact = operation.bench, made.artifact
    assert artifact is not None
    try:
        worker = worker_of(bench, subject.with_artifact(artifact), made)
        terms, doing = Terms(strategy="blue-green"), f"deleting {artifact.reference}"
        if isinstance(worker.role, KeepsArtifacts):
            with step_for(bench, subject, operation, worker, terms) as step, blame(worker.entry, doing):
                worker.role.delete(artifact, step)
    except (ProjectFileError, PluginError, OperationError) as error:
        operation.warn(f"{artifact.reference} could not be deleted: {error}")
        return False
    note_gone(bench.history, made.id, f"deleted by #{operation.record.number}")
    operation.say(f"deleted {artifact.reference}, which nothing needs any more")
    return True
