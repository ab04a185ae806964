"""The workspaces that are known, from the project file and the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from milepost.cli.standing import live_release
from milepost.host.history.writer import as_it_is

if TYPE_CHECKING:
    from milepost.sdk.store import Document, HistoryStore

LOOK_AT = 20_000
"""How many runs are asked for their workspace."""
PAGE = 500
"""How many documents are read at once."""


class Known(NamedTuple):
    """The workspaces that there are."""

    workspaces: list[Document]
    whole: bool
    """Whether all runs were looked at."""


def known(store: HistoryStore, in_file: Iterable[str], look_at: int = LOOK_AT) -> Known:
    """Return the workspaces of the file in its order, then by name those of the newest runs of the history.

    Each has `workspace`, `in_file`, `live` (the numbers of live deployments by app, as recorded) and `last`, its run.
    """
    named = list(dict.fromkeys(in_file))
    used = list(_used(store, look_at + 1))
    others = sorted(set(used[:look_at]) - set(named))
    rows = [_workspace(store, name, in_file=name in named) for name in (*named, *others)]
    return Known(rows, len(used) <= look_at)


def _used(store: HistoryStore, most: int) -> Iterator[str]:
    """Yield the workspaces of the newest runs, one for each run."""
    cursor = None
    while most > 0 and (found := store.latest("run", {}, min(PAGE, most), cursor)):
        yield from (str(each.get("workspace")) for each in found)
        most -= len(found)
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
