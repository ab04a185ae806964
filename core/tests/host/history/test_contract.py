from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import HistoryStore
from milepost.testing.contracts.store import HistoryStoreContract


class TestSqliteStore(HistoryStoreContract):
    @pytest.fixture
    def store(self, open_store: Callable[..., SqliteStore]) -> SqliteStore:
        self.open_store = open_store
        return open_store()

    def again(self, store: HistoryStore) -> HistoryStore:
        return self.open_store()
