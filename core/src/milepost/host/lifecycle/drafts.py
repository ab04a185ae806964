"""Drafts: the record with which an operation begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost import __version__
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.goal import BY_RECORDS, Part
from milepost.host.lifecycle.hooks import HookContext
from milepost.host.lifecycle.subject import Subject
from milepost.host.project.settings import stage_labels
from milepost.host.project.stages import App, Build, Deploy, ReleaseBlock
from milepost.host.project.stages import Stage as StageBlock
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.record import Operation, Source, Stage

ORIGINS = ("build", "target", "same_as")
"""The fields of an operation that name the one that its artifact comes from, or that it acts on."""


def draft(bench: Bench, part: Part, subject: Subject, stage: Stage, **fields: Any) -> Operation:
    """Return the record of an operation that is about to begin."""
    request = part.request
    source = fields.pop("source", None) or _source(bench, fields)
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
        user=request.user,
        ci=request.ci,
        why=request.why,
        source=source,
        milepost=__version__,
        **fields,
    )


def _source(bench: Bench, fields: Mapping[str, Any]) -> Source | None:
    """Return what the artifact of an operation was made of, as the one that it comes from or acts on has it."""
    origin = next((fields[name] for name in ORIGINS if fields.get(name)), None)
    found = bench.history.operation(origin) if origin is not None else None
    return found.source if found is not None else None


def hook_context(part: Part, subject: Subject) -> HookContext:
    """Return what the hooks of a part are told."""
    folder = subject.app.path if subject.project.file.name.startswith("milepost") else subject.project.folder
    return HookContext(folder=folder, verb=part.request.verb, lock=subject.lock)


def labels_of(part: Part, subject: Subject, stage: str) -> dict[str, str]:
    """Return the labels of an operation of a stage; the later of project, app, stage and request wins."""
    return {**_labels_of_file(part, subject, stage), **part.request.labels}


def _labels_of_file(part: Part, subject: Subject, stage: str) -> dict[str, str]:
    """Return the labels that the project file gives; none if it is wrong and the run goes by records."""
    try:
        return stage_labels(subject.settings().labels, _block(subject.app, stage), subject.scope)
    except ProjectFileError:
        if part.request.verb in BY_RECORDS:
            return {}
        raise


def _block(app: App, stage: str) -> Build | StageBlock | Deploy | ReleaseBlock | None:
    """Return the block of the project file that a stage belongs to."""
    match stage:
        case "build":
            return app.build
        case "push":
            return app.build.registry if app.build is not None else None
        case "deploy" | "task":
            return app.deploy
        case "release":
            return app.release
    return None
