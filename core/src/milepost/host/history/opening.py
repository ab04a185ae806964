"""Opening a project's history: in a folder, or by the plugin of a shared store.

A folder is opened without importing what plugins and the language need: lists must be quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.history.place import folder_origin, origin_of
from milepost.host.history.sqlite import SqliteStore
from milepost.host.history.whereabouts import Means, Whereabouts
from milepost.host.keeping.pointer import refuse_moved
from milepost.sdk.store import HistoryStore, Opening

if TYPE_CHECKING:
    from milepost.host.project.project import Project


def open_history(
    where: Whereabouts, project: Project, means: Means, *, create: bool = True, adopt: bool = False
) -> HistoryStore:
    """Return the project's history, opened. Raises HistoryError and what is below it, PluginError."""
    opening = Opening(
        project=project.name,
        origin=origin_of(project.folder),
        formerly=folder_origin(project.folder),
        new_id=means.new_id,
        now=means.now,
        create=create,
        adopt=adopt,
    )
    if not where.word:
        if create:
            refuse_moved(Path(where.folder))
        return SqliteStore.open(Path(where.folder), opening)
    from milepost.host.history.sharing import open_shared  # noqa: PLC0415 - it imports what plugins need

    return open_shared(where, opening, means)
