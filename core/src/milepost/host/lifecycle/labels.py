"""Labels of operations: those of project, app and stage, with those of the request over them."""

from __future__ import annotations

from milepost.host.lifecycle.goal import BY_RECORDS, Part
from milepost.host.lifecycle.subject import Subject
from milepost.host.project.project import App, Build, Deploy, ReleaseBlock, Stage
from milepost.host.project.settings import stage_labels
from milepost.sdk.errors import ProjectFileError


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


def _block(app: App, stage: str) -> Build | Stage | Deploy | ReleaseBlock | None:
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
