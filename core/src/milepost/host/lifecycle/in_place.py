"""Deployments that share one outside object: the newer one takes the older one's place in it."""

from __future__ import annotations

from typing import Any

import msgspec

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.granting import told_platform
from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.stepping import step_for
from milepost.host.lifecycle.subject import Subject, terms_of
from milepost.host.lifecycle.workers import Worker
from milepost.host.plugins.faults import blame, demand
from milepost.sdk.capabilities import DeploysInPlace
from milepost.sdk.record import Operation
from milepost.sdk.step import Step


def generation_of(platform: Worker[Any], step: Step) -> str | None:
    """Return the name of the outside object that a deploy now would change; None for one of its own."""
    if not isinstance(platform.role, DeploysInPlace):
        return None
    name = platform.role.generation(step)
    return None if name is None else demand(platform.entry, name, str, "naming the generation")


def superseded_by(bench: Bench, record: Operation) -> tuple[Operation, ...]:
    """Return the deploys whose object this one has taken over, superseded."""
    if record.generation is None:
        return ()
    older = (each for each in same_generation(bench, record) if each.presence not in ("destroyed", "superseded"))
    return tuple(msgspec.structs.replace(each, presence="superseded") for each in older)


def same_generation(bench: Bench, record: Operation) -> list[Operation]:
    """Return the other deploys of the same outside object, newest first."""
    deploys = bench.history.operations({"app": record.app, "workspace": record.workspace, "stage": "deploy"})
    return [each for each in deploys if each.generation == record.generation and each.id != record.id]


def restore_predecessor(subject: Subject, operation: OpenOperation, failed: Operation) -> None:
    """Apply again what the outside object was before a deploy in place failed; the object is never deleted."""
    bench = operation.bench
    before = next((each for each in same_generation(bench, failed) if each.status == "success"), None)
    if before is None:
        operation.warn("nothing was deployed there before, so nothing could be restored; the object was left as it is")
        return
    worker = worker_of(bench, subject, before)
    operation.say(f"applying #{before.number} again")
    terms = terms_of(before, subject)
    doing = blame(worker.entry, "restoring the one before")
    try:
        told = told_platform(bench, subject, operation, before.artifact)
        with step_for(bench, subject, operation, worker, terms, told) as step, doing:
            worker.role.deploy(before.artifact, step)
    except BaseException:
        # What the object is now, nobody knows: nothing of ours is live in it.
        bench.history.amend(msgspec.structs.replace(before, presence="superseded"))
        raise
