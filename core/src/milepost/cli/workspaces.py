"""The workspaces that are known, from the project file and the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from milepost.cli.standing import live_release
from milepost.host.history.writer import as_it_is

if TYPE_CHECKING:
    from milepost.sdk.store import Document, HistoryStore

PAGE = 500
"""How many documents are read at once."""


def known(store: HistoryStore, in_file: Iterable[str]) -> list[Document]:
    """Return the workspaces of the file in its order, then those of the history alone by name.

    Each has `workspace`, `in_file`, `live` (the numbers of live deployments by app, as recorded) and `last`, its run.
    """
    named = list(dict.fromkeys(in_file))
    others = sorted(set(_used(store)) - set(named))
    return [_workspace(store, name, in_file=name in named) for name in (*named, *others)]


def _used(store: HistoryStore) -> Iterator[str]:
    """Yield the workspaces that runs were made in."""
    cursor = None
    while found := store.latest("run", {}, PAGE, cursor):
        yield from {str(each["workspace"]) for each in found}
        if len(found) < PAGE:
            return
        cursor = str(found[-1]["id"])


def _workspace(store: HistoryStore, name: str, *, in_file: bool) -> Document:
    """Return what is known of a workspace."""
    last = [as_it_is(each, store) for each in store.latest("run", {"workspace": name}, limit=1)]
    apps = {str(each["app"]) for each in _standing(store, name)}
    live = {app: number for app in sorted(apps) if (number := _live(store, name, app)) is not None}
    return {"workspace": name, "in_file": in_file, "live": live, "last": last[0] if last else None}


def _standing(store: HistoryStore, workspace: str) -> list[Document]:
    """Return the deployments whose objects were released and may exist."""
    return store.latest("operation", {"workspace": workspace, "stage": "deploy", "presence": "released"})


def _live(store: HistoryStore, workspace: str, app: str) -> int | None:
    """Return the number of the deployment of an app that is live, as recorded."""
    release = live_release(store, workspace, app)
    made = store.get(str(release.get("target") or "")) if release else None
    return int(made["number"]) if made else None
