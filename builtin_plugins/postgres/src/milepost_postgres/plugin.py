"""Wiring: which role of this plugin is what; importing it costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from milepost.sdk import hookimpl

if TYPE_CHECKING:
    from milepost.sdk.offer import HistoryStoreOffer
    from milepost.sdk.store import HistoryStore, Opening


def _load() -> Callable[[Any, Opening], HistoryStore]:
    """Return what opens the store."""
    from milepost_postgres.opening import open_store  # noqa: PLC0415  an offer is made without the driver

    return open_store


@hookimpl
def milepost_history_store(word: str) -> HistoryStoreOffer | None:
    """Offer the history store `postgres`, also by the other name that its URLs have."""
    if word not in ("postgres", "postgresql"):
        return None
    from milepost.sdk.offer import HistoryStoreOffer  # noqa: PLC0415  plugin.py costs nothing
    from milepost_postgres.config import PostgresConfig  # noqa: PLC0415  plugin.py costs nothing

    return HistoryStoreOffer(config=PostgresConfig, load=_load)
