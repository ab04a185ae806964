"""What is live, and what was before, as the documents of the history say; nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from milepost.sdk.store import Document, HistoryStore, Where

PAGE = 20
"""How many documents are read at once where those of other stores are passed over."""
GONE = ("destroyed", "forgotten")


def live_release(store: HistoryStore, workspace: str, app: str) -> Document | None:
    """Return the release that was the last to succeed, unless what it released, or the release, is gone since.

    What another store knows of, and was brought from there, is not live here.
    """
    where = {"workspace": workspace, "app": app, "stage": "release", "status": "success"}
    for release in of_store(store, where, None):
        if closed(store, release):
            return None
        made = store.get(str(release.get("target") or ""))
        return None if made is not None and made.get("presence") in GONE else release
    return None


def of_store(
    store: HistoryStore, where: Where, name: str | None, before: str | None = None, *, oldest: bool = False
) -> Iterator[Document]:
    """Yield the operations of the store of that name, as `HistoryStore.latest` orders them; this one's own for None."""
    while found := store.latest("operation", where, PAGE, before, oldest=oldest):
        yield from (each for each in found if (each.get("store") or None) == name)
        before = str(found[-1]["id"])


def closed(store: HistoryStore, operation: Document) -> bool:
    """Return whether what an operation made was taken away on purpose."""
    where = {"target": str(operation["id"]), "stage": "destroy", "status": "success"}
    return bool(store.latest("operation", where, limit=1))
