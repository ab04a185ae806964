"""What each history store must do, as tests that the tests of a store inherit."""

from __future__ import annotations

from milepost.testing.contracts.store_documents import StoreDocumentsContract
from milepost.testing.contracts.store_lists import StoreListsContract
from milepost.testing.contracts.store_locks import LeasedStoreContract, StoreLocksContract
from milepost.testing.contracts.store_opening import ids, line, operation, run
from milepost.testing.contracts.store_output import StoreOutputContract

__all__ = ["HistoryStoreContract", "LeasedStoreContract", "ids", "line", "operation", "run"]


class HistoryStoreContract(StoreDocumentsContract, StoreListsContract, StoreLocksContract, StoreOutputContract):
    """Inherit it and give a fixture `store` that returns a new, empty store; `again` where a second opening exists.

    A store whose locks last for a time only inherits `LeasedStoreContract` as well.
    """
