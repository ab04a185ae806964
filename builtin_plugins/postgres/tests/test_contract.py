"""The store keeps the contract of history stores."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.sdk.store import HistoryStore
from milepost.testing.contracts.store import HistoryStoreContract
from milepost_postgres.store import PostgresStore


class TestPostgresStore(HistoryStoreContract):
    @pytest.fixture
    def store(self, open_store: Callable[..., PostgresStore]) -> PostgresStore:
        self.open_store = open_store
        return open_store()

    def again(self, store: HistoryStore) -> HistoryStore:
        return self.open_store()
