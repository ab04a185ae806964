"""Reaching: the URL at which this machine gets to a deployment, through a tunnel where it needs one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from milepost.host.assembly import Host
from milepost.host.cancel import Cancel
from milepost.host.inquiry import deployment_of, quiet_bench
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.hiding import errors_hidden, hide_variables
from milepost.host.lifecycle.live import GONE, find_live, inquiry
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.workers import recorded_of
from milepost.host.plugins.faults import blame, demand
from milepost.host.subjects import app_subject
from milepost.sdk.capabilities import Opens
from milepost.sdk.errors import OperationError
from milepost.sdk.record import Operation


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to look at."""

    workspace: str
    app: str
    ref: str | None = None
    """The deployment; None: the live one."""
    staged: bool = False
    """The newest one that waits for its release."""
    direct: bool = False
    """The live one itself, past the releaser."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Where it is."""

    deployment: Operation
    url: str
    lasts: bool
    """Whether the URL is good for longer than the context: there is no tunnel."""


@contextmanager
def reach(host: Host, wish: Wish, cancel: Cancel) -> Iterator[Reached]:
    """Give the way to a deployment while the context lasts. Raises OperationError when there is none."""
    bench = dataclasses.replace(quiet_bench(host), cancel=cancel)
    subject = app_subject(host, bench, wish.app, wish.workspace)
    hide_variables(bench, subject)
    deployment = _meant(host, bench, subject, wish)
    public = _public(bench, subject, wish, deployment)
    if public is not None:
        yield Reached(deployment=deployment, url=public, lasts=True)
        return
    _demand_running(deployment)
    with ExitStack() as stack:
        url = _opened(bench, subject, deployment, stack)
        yield Reached(deployment=deployment, url=url, lasts=url == _own(deployment))


def _meant(host: Host, bench: Bench, subject: Subject, wish: Wish) -> Operation:
    """Return the deployment that is wished for."""
    if not wish.staged:
        return deployment_of(host, bench, subject, wish.ref)
    app, workspace = subject.app.name, subject.workspace
    for each in bench.history.deployments(app, workspace):
        if each.status == "success" and each.presence in ("staged", "prepared"):
            return each
    raise OperationError(f"nothing of {app} is staged in {workspace}", hint=f"milepost deploy {app}")


def _public(bench: Bench, subject: Subject, wish: Wish, deployment: Operation) -> str | None:
    """Return where the deployment is public, if it is and that is what is wanted."""
    if wish.staged or wish.direct:
        return None
    live = find_live(bench, subject)
    if live.deployment is None or live.deployment.id != deployment.id:
        return None
    answer = live.release.release if live.release is not None else None
    return answer.urls[0] if answer is not None and answer.urls else None


def _demand_running(deployment: Operation) -> None:
    """Raise OperationError when nothing runs that could answer."""
    name, presence = f"{deployment.app}#{deployment.number}", deployment.presence
    if presence in GONE:
        raise OperationError(f"{name} is {presence}: there is nothing to open", hint="milepost deployment list")
    if presence == "prepared":
        raise OperationError(f"{name} is prepared and starts at its release", hint="milepost release")
    if presence == "parked":
        raise OperationError(f"{name} is parked: nothing of it runs", hint=f"milepost start {deployment.app}")


def _opened(bench: Bench, subject: Subject, deployment: Operation, stack: ExitStack) -> str:
    """Return the URL for as long as the stack stands; what the plugin opens is closed with it."""
    worker = worker_of(bench, subject, deployment)
    if not isinstance(worker.role, Opens):
        url = _own(deployment)
        if url is None:
            what = f"{deployment.app}#{deployment.number} exposes nothing that could be opened"
            raise OperationError(what, hint=f"milepost logs {deployment.app}")
        return url
    doing = "opening the deployment"
    stack.enter_context(errors_hidden(bench.masker))
    step = stack.enter_context(inquiry(bench, subject, worker, deployment))
    with blame(worker.entry, doing):
        # What its way out raises is not put down to the plugin: it may be what ended the context.
        return demand(
            worker.entry, stack.enter_context(worker.role.open(recorded_of(deployment, worker), step)), str, doing
        )


def _own(deployment: Operation) -> str | None:
    """Return the URL that the deployment has without a tunnel, as its platform recorded it."""
    answer = deployment.deployment
    if answer is None:
        return None
    return answer.url or next((each.address for each in answer.endpoints if each.address.startswith("http")), None)
