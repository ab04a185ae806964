"""Whether objects that no record names serve somebody: asked of releasers, and of the platform where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.live import Live, find_live, health_of, inquiry, last_release
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.sighting import Sighting, question
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import Worker, default_releaser, todays
from milepost.host.plugins.faults import blame, demand
from milepost.host.recording import record_state
from milepost.sdk.capabilities import Adopted, Adopts
from milepost.sdk.deployment import Deployment
from milepost.sdk.errors import MilepostError, NotReadyError

Serves = Literal["yes", "no", "unknown"]
"""Whether something has the traffic, or runs where nobody directs traffic; `unknown` where nobody could say."""

RUNNING = ("ready", "partial", "alive")


def serves(bench: Bench, subject: Subject, sighting: Sighting) -> Serves:
    """Return whether the objects serve. Asks the releasers, and where there is none the platform."""
    answers = [_current(bench, subject, each) for each in releasers(bench, subject, sighting.platform)]
    if sighting.operation in answers:
        return "yes"
    if any(isinstance(each, MilepostError) for each in answers):
        return "unknown"
    return "no" if answers else _runs(bench, subject, sighting)


def releasers(bench: Bench, subject: Subject, platform: Worker[Any]) -> tuple[Worker[Any] | MilepostError, ...]:
    """Return who may direct the traffic of an app: the releaser of the last release, and today's."""
    return tuple(_releasers(bench, subject, platform))


def _releasers(bench: Bench, subject: Subject, platform: Worker[Any]) -> Iterator[Worker[Any] | MilepostError]:
    """Yield them, or why one cannot be made."""
    released = last_release(bench, subject)
    if released is not None and released.plugin is not None:
        try:
            yield worker_of(bench, subject, released)
        except MilepostError as error:
            yield error
    try:
        today = todays_releaser(bench, subject, platform)
    except MilepostError as error:
        yield error
    else:
        if today is not None:
            yield today


def todays_releaser(bench: Bench, subject: Subject, platform: Worker[Any]) -> Worker[Any] | None:
    """Return the releaser that today's file gives what runs on the platform; None where nothing is exposed."""
    block = subject.app.release
    if block is not None and block.use is not None:
        return todays(bench, "releaser", block.use, subject.within(block))
    if not platform.platform_offer.exposes(platform.config):
        return None
    return default_releaser(bench, platform)


def _current(bench: Bench, subject: Subject, releaser: Worker[Any] | MilepostError) -> str | MilepostError | None:
    """Return the operation whose deployment has the traffic, or why nobody can say."""
    if isinstance(releaser, MilepostError):
        return releaser
    try:
        return current(bench, subject, releaser)
    except MilepostError as error:
        return error


def current(bench: Bench, subject: Subject, releaser: Worker[Any]) -> str | None:
    """Return the operation whose deployment gets the traffic of the app, as the releaser says."""
    doing = "answering what is live"
    with inquiry(bench, subject, releaser, question(bench, subject, releaser)) as step, blame(releaser.entry, doing):
        found = releaser.role.current(step)
    return None if found is None else demand(releaser.entry, found, str, doing)


def _runs(bench: Bench, subject: Subject, sighting: Sighting) -> Serves:
    """Return whether objects serve that no releaser directs traffic to: what runs, unless another one is live."""
    try:
        adopted = ask_adoption(bench, subject, sighting)
        if adopted is None:
            return "unknown"
        if adopted.presence == "parked" or not _is_running(bench, subject, sighting, adopted):
            return "no"
        live = find_live(bench, subject)
    except NotReadyError:
        return "no"  # it never came to where it could
    except MilepostError:
        return "unknown"
    return "no" if _is_another(live, sighting) else "yes"


def _is_another(live: Live, sighting: Sighting) -> bool:
    """Return whether something else is live."""
    return live.deployment is not None and live.deployment.id != sighting.operation


def _is_running(bench: Bench, subject: Subject, sighting: Sighting, adopted: Adopted) -> bool:
    """Return whether the deployment runs, as its platform says."""
    platform, state = sighting.platform, adopted.recorded.state
    asked = msgspec.structs.replace(
        question(bench, subject, platform, sighting.operation),
        state=None if state is None else record_state(state),
        resources=adopted.recorded.resources,
        artifact=adopted.recorded.artifact,
        deployment=adopted.recorded.deployment,
    )
    with inquiry(bench, subject, platform, asked) as step:
        return health_of(platform, asked, step).name in RUNNING


def ask_adoption(bench: Bench, subject: Subject, sighting: Sighting) -> Adopted | None:
    """Return what the platform knows of the objects as a deployment; None where it cannot adopt.

    Raises NotReadyError where they are only a part of one.
    """
    platform = sighting.platform
    if not isinstance(platform.role, Adopts) or not sighting.is_deployment:
        return None
    asked = question(bench, subject, platform, sighting.operation)
    doing = "adopting a deployment"
    with inquiry(bench, subject, platform, asked) as step, blame(platform.entry, doing):
        adopted: Adopted = platform.role.adopt(sighting.resources, step)
    demand(platform.entry, adopted, Adopted, doing)
    demand(platform.entry, adopted.recorded.deployment, Deployment, doing)
    return adopted
