"""Where histories are, for one host: another place is opened, and what the project file wants kept is gathered."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.history.opening import open_history
from milepost.host.history.place import origin_of, refuse_address
from milepost.host.history.whereabouts import SHARED, Means, Whereabouts
from milepost.host.keeping.export import Amount
from milepost.host.keeping.moving import Move, demand_history, move
from milepost.host.keeping.needed import Depths
from milepost.host.keeping.repair import Repaired, Told, repair
from milepost.host.plugins.load import Plugins
from milepost.host.project.keep import kept_releases
from milepost.sdk.errors import HistoryError, UsageError
from milepost.sdk.store import HistoryStore


class Place(NamedTuple):
    """A history in a place that was named: a folder, or the URL of a shared store."""

    where: Whereabouts

    @property
    def folder(self) -> Path | None:
        """The folder; None for a shared store."""
        return Path(self.where.folder) if self.where.folder else None


def place_of(host: Host, text: str | None) -> Place:
    """Return the place that was named, a folder being one from the working folder; the project's own if none was.

    Raises UsageError for what was meant for a URL and is none.
    """
    if text is None:
        return Place(host.whereabouts)
    shared = re.fullmatch(SHARED, text)
    if shared:
        return Place(Whereabouts(word=shared["word"].lower(), config={"url": text}))
    refuse_address(text, "the place")
    return Place(Whereabouts(folder=os.path.normpath(host.folder / text)))


def open_at(host: Host, place: Place, new_id: Callable[[], str], *, create: bool) -> HistoryStore:
    """Return the project's history at a place, opened. Raises HistoryError and what is below it, PluginError."""
    means = Means(folders=host.folders, new_id=new_id, now=system_clock, plugins=lambda: Plugins(host.catalog))
    return open_history(place.where, host.project, means, create=create)


class Moved(NamedTuple):
    """From where to where a history was moved, and how much it was."""

    here: str
    there: str
    amount: Amount
    leaves_word: bool
    """Whether the old place refuses to be written from now on."""


def move_between(host: Host, old: Place, new: Place, now: datetime) -> Moved:
    """Move the project's history from one place to another. Raises what `move` raises."""
    waiting = host.undelivered() if old.folder is None else 0
    if waiting:
        raise HistoryError(
            f"{waiting} entries of this machine could not be written to the shared history yet, and would stay behind",
            hint="the next command that changes something delivers them, once it can be reached",
        )
    with closing(open_at(host, old, host.new_id, create=False)) as source:
        demand_history(source)
        with closing(open_at(host, new, lambda: source.id, create=True)) as target:
            amount = move(Move(source, target, old.folder), now)
            return Moved(source.place, target.place, amount, old.folder is not None)


def depths(host: Host) -> Depths:
    """Return how many former releases of each app a rollback may reach."""
    blocks = host.project.body.of_type("app")
    return {each.labels[0].text: kept_releases(each.body) for each in blocks if each.labels}


def repair_of(host: Host) -> Repaired:
    """Repair the project's history. Raises UsageError for a shared one, and what `repair` raises."""
    folder = Place(host.whereabouts).folder
    if folder is None:
        raise UsageError(
            "a shared history is repaired with the tools of its database",
            hint="milepost store verify says what is wrong; milepost store export saves what can be read",
        )
    project = host.project
    return repair(folder, Told(project.name, origin_of(project.folder), host.new_id, system_clock))
