"""Artifacts that are gone: what found that says so in the record that made them, and how to make them again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from milepost.host.history.journal import History
from milepost.host.lifecycle.operation import OpenOperation
from milepost.sdk.errors import ArtifactGoneError
from milepost.sdk.record import Operation


@contextmanager
def noting_loss(operation: OpenOperation) -> Iterator[None]:
    """Record it where a plugin finds in here that the operation's artifact is gone. Raises ArtifactGoneError.

    What made the artifact is marked, and the error says how to have it built again of what it was made of.
    """
    try:
        yield
    except ArtifactGoneError as error:
        error.hint = rebuild(operation.record)
        note_gone(operation.bench.history, operation.record.build, f"found to be gone by #{operation.record.number}")
        raise


def note_gone(history: History, made: str | None, why: str) -> None:
    """Mark the operation that made an artifact, and that from which it took the same one; the first reason stays."""
    found = history.operation(made) if made is not None else None
    if found is None or found.gone:
        return
    history.amend(msgspec.structs.replace(found, gone=why))
    origin = history.operation(found.build) if found.build is not None else None
    if origin is not None and found.stage != "deploy" and _where(origin) == _where(found):
        note_gone(history, origin.id, why)


def _where(operation: Operation) -> str | None:
    """Return where the artifact of an operation is."""
    return operation.artifact.reference if operation.artifact is not None else None


def rebuild(record: Operation) -> str:
    """Return what to type to have the artifact of an operation built again."""
    place = "" if record.workspace == "default" else f" -w {record.workspace}"
    command = f"milepost up {record.app}{place}"
    source = record.source
    if source is None or source.commit is None:
        return f"{command} builds it again, of the folder as it is today"
    also = "; it had changes that were not committed" if source.dirty else ""
    return f"git switch --detach {source.commit[:12]}, then {command} builds it again{also}"
