"""Objects of this app that another history made: whoever changes the app from here would not know of them."""

from __future__ import annotations

from typing import Any

from milepost.host.language.values import Unknown
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.goal import BY_RECORDS, Part
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.sighting import is_foreign, look, of_app
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import Worker, todays
from milepost.sdk.errors import RefusedError


def refuse_foreign(bench: Bench, part: Part, subject: Subject) -> None:
    """Raise RefusedError when the platform has objects of this app and workspace that another store has labelled."""
    if part.request.choices.force:
        return
    platform = _platform(bench, part, subject)
    if platform is None:
        return
    strange = [each for each in look(bench, subject, platform, of_app(subject)) if is_foreign(bench, each)]
    if strange:
        names = ", ".join(f"{each.resources[0].kind} {each.key}" for each in strange[:3])
        stores = ", ".join(sorted({each.store or "unknown" for each in strange}))
        raise RefusedError(
            f"{subject.app.name} in {subject.workspace} has objects of the history {stores}: {names}; "
            f"this one is {bench.history.store.id} at {bench.history.store.place}",
            hint="use that history, by MILEPOST_HISTORY or history { path }; "
            f"if it is lost, milepost history rebuild -w {subject.workspace}; or go on beside them with --force",
        )


def _platform(bench: Bench, part: Part, subject: Subject) -> Worker[Any] | None:
    """Return the platform to ask: today's, or where it is not known yet or not used, that of the newest deployment."""
    block, knows_artifact = subject.app.deploy, not isinstance(subject.scope.artifact, Unknown)
    if part.request.verb not in BY_RECORDS and block is not None and (knows_artifact or subject.app.build is None):
        return todays(bench, "platform", block.use, subject.within(block))
    where = {"app": subject.app.name, "workspace": subject.workspace, "stage": "deploy", "status": "success"}
    newest = next(iter(bench.history.operations(where, limit=1)), None)
    return worker_of(bench, subject, newest) if newest is not None else None
