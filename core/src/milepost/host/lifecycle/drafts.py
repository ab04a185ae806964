"""Drafts: the record with which an operation begins."""

from __future__ import annotations

from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.hooks import HookContext
from milepost.host.lifecycle.labels import labels_of
from milepost.host.lifecycle.subject import Subject
from milepost.sdk.record import Operation, Stage


def draft(bench: Bench, part: Part, subject: Subject, stage: Stage, **fields: Any) -> Operation:
    """Return the record of an operation that is about to begin."""
    return Operation(
        id=bench.new_id(),
        run=part.run,
        number=part.number,
        project=subject.project.name,
        workspace=subject.workspace,
        app=subject.app.name,
        stage=stage,
        label=fields.pop("label", stage),
        started=bench.clock(),
        writer=bench.writer,
        labels=labels_of(part, subject, stage),
        **fields,
    )


def hook_context(part: Part, subject: Subject) -> HookContext:
    """Return what the hooks of a part are told."""
    folder = subject.app.path if subject.project.file.name.startswith("milepost") else subject.project.folder
    return HookContext(folder=folder, verb=part.request.verb, lock=subject.lock)
