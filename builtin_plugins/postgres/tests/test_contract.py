"""The store keeps the contract of history stores."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.sdk.store import HistoryStore
from milepost.testing.contracts.store import HistoryStoreContract
from milepost.testing.contracts.store_locks import LeasedStoreContract
from milepost_postgres.store import PostgresStore

SHORT = {"lease": 1.0}


class TestPostgresStore(HistoryStoreContract):
    @pytest.fixture
    def store(self, open_store: Callable[..., PostgresStore]) -> PostgresStore:
        self.open_store = open_store
        return open_store()

    def again(self, store: HistoryStore) -> HistoryStore:
        return self.open_store()


class TestLeases(LeasedStoreContract):
    @pytest.fixture
    def short_lease(self, open_store: Callable[..., PostgresStore]) -> PostgresStore:
        self.open_store = open_store
        return open_store(config=SHORT)

    def again(self, store: HistoryStore) -> HistoryStore:
        return self.open_store(config=SHORT)
