"""What is live, and what was before, as the documents of the history say; nobody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from milepost.sdk.store import Document, HistoryStore

GONE = ("destroyed", "forgotten")


def live_release(store: HistoryStore, workspace: str, app: str) -> Document | None:
    """Return the release that was the last to succeed, unless what it released, or the release, is gone since."""
    where = {"workspace": workspace, "app": app, "stage": "release", "status": "success"}
    for release in store.latest("operation", where, limit=1):
        if closed(store, release):
            return None
        made = store.get(str(release.get("target") or ""))
        return None if made is not None and made.get("presence") in GONE else release
    return None


def closed(store: HistoryStore, operation: Document) -> bool:
    """Return whether what an operation made was taken away on purpose."""
    where = {"target": str(operation["id"]), "stage": "destroy", "status": "success"}
    return bool(store.latest("operation", where, limit=1))
