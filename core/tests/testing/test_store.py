"""The store in memory, by the contract of all stores."""

from __future__ import annotations

import threading

import pytest

from milepost.sdk.store import HistoryStore, StoreLock
from milepost.testing.contracts.store import HistoryStoreContract, LeasedStoreContract, run
from milepost.testing.store import MemoryStore


class TestMemoryStore(HistoryStoreContract):
    @pytest.fixture
    def store(self) -> HistoryStore:
        return MemoryStore()


class TestLeasedMemoryStore(LeasedStoreContract):
    @pytest.fixture
    def short_lease(self) -> HistoryStore:
        return MemoryStore(lease_seconds=0.5)


def test_threads_get_numbers_of_their_own() -> None:
    store = MemoryStore()
    numbers: list[int] = []

    def write(writer: int) -> None:
        numbers.extend(store.append(run(f"R{writer}-{each}")) for each in range(50))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 201))


def test_its_lock_is_a_lock_of_the_protocol() -> None:
    lock: StoreLock = MemoryStore().lock("web")
    assert lock.handle is None
