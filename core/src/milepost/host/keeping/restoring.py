"""A history brought back from an export, into a place that has none: as the project's own, with its id and numbers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from milepost.host.assembly import Host
from milepost.host.keeping.checking import header_of
from milepost.host.keeping.importing import Imported, bring, demand_same_project
from milepost.host.keeping.places import Place, open_at
from milepost.sdk.errors import RefusedError, UsageError
from milepost.sdk.store import HistoryStore


class Restored(NamedTuple):
    """What a restoration did."""

    done: Imported
    place: str
    id: str
    """The store's id: that of the history that was exported, unless the place had one of its own already."""
    was: str
    """The id of the history that was exported."""


def is_empty(store: HistoryStore) -> bool:
    """Return whether a history has no run yet."""
    return not store.latest("run", {}, limit=1)


def restore(host: Host, path: Path, *, skip_broken: bool = False) -> Restored:
    """Make an export the project's own history again: what runs is known by it, and numbers go on above its own.

    Its id, which is on the labels of all objects outside, is taken over where no history was made yet. Raises
    RefusedError where there are runs already, HistoryError as `bring` does.
    """
    if not is_empty(host.store):
        raise RefusedError(
            f"the history at {host.store.place} has runs: only into an empty one can another be restored",
            hint=f"to read it beside them: milepost store import {path} --as NAME",
        )
    header = header_of(path)
    demand_same_project(host.store, header)
    was = str(header.get("store") or "")
    with closing(open_at(host, Place(host.whereabouts), lambda: was or host.new_id(), create=True)) as store:
        done = bring(store, path, is_own=True, skip_broken=skip_broken)
        return Restored(done, store.place, store.id, was)


def demand_purpose(store: HistoryStore, path: Path) -> None:
    """Raise UsageError where an export could be meant as the project's own history, and nobody said so or not."""
    if is_empty(store) and header_of(path).get("store") != store.id:
        raise UsageError(
            f"the history at {store.place} is empty, so this could be meant in two ways: "
            "--restore makes it this project's own history again; --as NAME brings it to be read only, as #N@NAME",
            hint=f"milepost store import {path} --restore",
        )
