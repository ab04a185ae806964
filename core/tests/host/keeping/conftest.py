"""Stores of two kinds for tests of export and import, and a shop in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.tests.host.keeping.shop import NOON, Shop
from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import HistoryStore, Opening
from milepost.testing.store import MemoryStore

Open = Callable[..., HistoryStore]


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Open a new, empty store of a given id."""
    stores: list[HistoryStore] = []

    def open_one(id: str) -> HistoryStore:
        if request.param == "memory":
            return MemoryStore(id)
        folder = tmp_path / f"store-{len(stores)}"
        stores.append(SqliteStore.open(folder, Opening("shop", "path:/shop", "", new_id=lambda: id, now=lambda: NOON)))
        return stores[-1]

    yield open_one
    for each in stores:
        each.close()


@pytest.fixture
def shop(opened: Open) -> Shop:
    """A shop with a few runs."""
    shop = Shop(opened("01MINE"), keep=2)
    for _ in range(3):
        shop.up()
    shop.build(app="worker", workspace="staging")
    shop.rollback()
    return shop
