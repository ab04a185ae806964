"""Retention by itself: after a run that succeeded, at most once a day, where the project file asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from milepost.host.assembly import Host
from milepost.host.keeping.places import depths
from milepost.host.keeping.retention import Superfluous, Wish, prune

EACH = timedelta(days=1)


def prune_if_due(host: Host, now: datetime) -> Superfluous | None:
    """Remove what is past the limits, and return what that was; None if it is not asked for, or was done today."""
    keep = host.project.keep
    if not keep.asks:
        return None
    store = host.writable_store()
    if not _is_due(host.folders.cache / "pruned" / store.id, now):
        return None
    return prune(store, Wish(keep, depths(host), now))


def _is_due(marker: Path, now: datetime) -> bool:
    """Return whether the last time is a day ago or more, and note this one: also one that fails is tried once a day."""
    try:
        last = datetime.fromisoformat(marker.read_text())
    except (FileNotFoundError, ValueError):
        last = None
    if last is not None and last <= now < last + EACH:
        return False
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(now.isoformat())
    return True
