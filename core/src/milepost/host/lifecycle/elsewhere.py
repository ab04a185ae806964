"""What stands on another machine: a platform of one machine cannot look at it from here, and must not change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench
from milepost.host.recording import recorded_config
from milepost.sdk.errors import OperationError, PluginError, RefusedError
from milepost.sdk.events import Warned
from milepost.sdk.record import Operation

if TYPE_CHECKING:
    from milepost.host.lifecycle.goal import Part
    from milepost.host.lifecycle.subject import Subject

BUILD_ALONE = ("build",)
"""The phases of a run that leaves everything where it stands."""


def elsewhere(bench: Bench, app: str, workspace: str) -> list[Operation]:
    """Return the deployments that stand where only another machine can see and change them, newest first."""
    if bench.history.store.lease_seconds is None:
        return []  # nobody but this machine has this history, whatever it was called before
    return [each for each in bench.history.deployments(app, workspace) if is_elsewhere(bench, each)]


def is_elsewhere(bench: Bench, deployment: Operation) -> bool:
    """Return whether a deployment was made on another machine, by a platform whose objects are on one alone."""
    stamp, host = deployment.plugin, deployment.writer.host
    if bench.history.store.lease_seconds is None or stamp is None or host in ("", bench.writer.host):
        return False
    try:
        offered = bench.plugins.offer("platform", f"{stamp.distribution}:{stamp.word}").offer
        config = recorded_config(deployment.config or {"version": 1, "fields": {}}, offered.config, None, _unread)
        return offered.is_on_one_machine(config, bench.environment)
    except PluginError:
        return False  # whoever needs it says that it is missing
    except OperationError:
        return True  # who cannot read how it was made leaves it alone


def _unread(source: str) -> str:
    """Return what stands in for a secret where nobody needs it."""
    return source


def machines(deployments: list[Operation]) -> str:
    """Return the names of the machines on which the deployments stand."""
    return ", ".join(dict.fromkeys(each.writer.host for each in deployments))


def refuse_elsewhere(bench: Bench, part: Part, subject: Subject) -> None:
    """Raise RefusedError when something of the app stands on another machine, unless it is to be forgotten."""
    if part.phases == BUILD_ALONE or part.request.choices.force:
        return
    refuse_asking(bench, subject)


def refuse_asking(bench: Bench, about: About) -> None:
    """Raise RefusedError when something of the app stands on another machine."""
    app, workspace = about.name, about.workspace
    found = elsewhere(bench, app, workspace)
    if not found:
        return
    where, numbers = machines(found), ", ".join(f"#{each.number}" for each in found[:3])
    words = ", ".join(dict.fromkeys(each.plugin.word for each in found if each.plugin is not None))
    raise RefusedError(
        f"{app} in {workspace} stands on {where} ({numbers}): what {words} makes is on one machine alone, "
        f"and this one is {bench.writer.host}",
        hint=f"run it on {where}, or use a workspace for each machine, with -w; "
        f"if {where} is gone for good, milepost up {app} --force forgets what stood there",
    )


def forget_elsewhere(bench: Bench, part: Part, subject: Subject) -> None:
    """Write down that what stands on another machine is forgotten, as `--force` asks: nothing there is touched.

    The lock must be held. Raises RefusedError where it is not asked for.
    """
    refuse_elsewhere(bench, part, subject)
    for each in elsewhere(bench, subject.app.name, subject.workspace):
        where = each.writer.host
        note = f"forgotten by #{part.number} on {bench.writer.host}: nothing was touched on {where}"
        bench.history.amend(msgspec.structs.replace(each, presence="forgotten", warnings=(*each.warnings, note)))
        text = f"#{each.number} on {where} is forgotten; nothing was touched there, and what is left there is an orphan"
        bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))
