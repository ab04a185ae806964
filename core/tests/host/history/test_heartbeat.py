"""Holding locks: leases are renewed in time, and whoever lost one learns it."""

from __future__ import annotations

import time

import pytest

from core.tests.waiting import until
from milepost.host.history.heartbeat import Holding, Sureness, steady
from milepost.sdk.errors import HistoryUnreachableError, LockLostError, MilepostError
from milepost.sdk.store import Document, Lease, StoreLock
from milepost.testing.store import MemoryStore


class LeasedStore(MemoryStore):
    """A store whose locks are leases of a few tenths of a second, and which can be cut off."""

    def __init__(self) -> None:
        super().__init__(lease_seconds=0.3)
        self.renewals, self.reachable = 0, True

    def lock(self, name: str) -> StoreLock:  # type: ignore[override]  the one in memory, counted
        """Return the lock of that name."""
        return CountedLock(self, super().lock(name))


class CountedLock:
    """A lock that counts how often it is renewed."""

    handle: int | None = None

    def __init__(self, store: LeasedStore, lock: StoreLock) -> None:
        self._store, self._lock = store, lock

    @property
    def lease(self) -> Lease | None:
        """This holding."""
        return self._lock.lease

    def acquire(self, owner: Document) -> bool:
        """Take it."""
        return self._lock.acquire(owner)

    def holder(self) -> Document | None:
        """Return who has it."""
        return self._lock.holder()

    def join(self, lease: Lease) -> None:
        """Hold it, too."""
        self._lock.join(lease)

    def renew(self) -> None:
        """Count it."""
        if not self._store.reachable:
            raise HistoryUnreachableError("cut off")
        self._store.renewals += 1
        self._lock.renew()

    def release(self) -> None:
        """Give it back."""
        if not self._store.reachable:
            raise HistoryUnreachableError("cut off")
        self._lock.release()


def held(store: MemoryStore, holding: Holding, name: str = "app/default/web") -> StoreLock:
    lock = store.lock(name)
    assert lock.acquire({"user": "ada"})
    holding.add(lock)
    return lock


@pytest.fixture
def leased() -> LeasedStore:
    return LeasedStore()


def test_a_lease_is_renewed_until_it_is_given_back(leased: LeasedStore) -> None:
    holding = Holding(leased)
    held(leased, holding)
    assert until(lambda: leased.renewals > 4)
    holding.release()
    seen = leased.renewals
    time.sleep(0.3)
    assert leased.renewals == seen
    assert leased.locks() == {}


def test_a_lock_that_was_broken_is_told_and_nothing_more_is_written(leased: LeasedStore) -> None:
    told: list[MilepostError] = []
    holding = Holding(leased, told.append)
    held(leased, holding)
    leased.break_lock("app/default/web")
    assert until(lambda: told)
    assert isinstance(holding.lost, LockLostError)
    with pytest.raises(LockLostError):
        holding.check()
    with pytest.raises(LockLostError):
        leased.append({"id": "R1", "kind": "run"})
    holding.release()


def test_when_the_store_cannot_be_reached_for_a_lease_the_lock_may_be_anothers(leased: LeasedStore) -> None:
    told: list[MilepostError] = []
    holding = Holding(leased, told.append)
    held(leased, holding)
    leased.reachable = False
    assert until(lambda: told)
    with pytest.raises(HistoryUnreachableError, match=r"lock of default/web may be somebody else's"):
        holding.check()
    holding.release()


def test_a_short_cut_is_no_loss(leased: LeasedStore) -> None:
    holding = Holding(leased)
    held(leased, holding)
    leased.reachable = False
    holding.check()
    assert holding.lost is None
    leased.reachable = True
    holding.release()


def test_a_store_of_one_machine_needs_no_thread_and_is_asked_when_it_matters() -> None:
    store = MemoryStore()
    holding = Holding(store)
    held(store, holding)
    assert holding._thread is None
    holding.check()
    store.break_lock("app/default/web")
    with pytest.raises(LockLostError):
        holding.check()


def test_two_processes_hold_the_same_lock_together() -> None:
    store = MemoryStore()
    parent, child = Holding(store), Holding(store)
    held(store, parent)
    child.join(parent.leases)
    child.join(parent.leases)
    assert child.leases == parent.leases
    child.release()
    parent.check()
    assert set(store.locks()) == {"app/default/web"}


def test_a_lease_holds_for_sure_from_the_question_on_not_from_the_answer() -> None:
    now = 100.0
    sure = Sureness(30.0, lambda: now)
    asked, lease = sure.now(), Lease("a", 1)
    now = 110.0
    sure.renewed("a", asked)
    assert sure.left([lease]) == 20.0
    assert sure.left([lease, Lease("b", 2)]) == 0.0
    assert sure.left([]) == 0.0


def test_where_locks_last_as_long_as_processes_they_hold_for_ever() -> None:
    assert Sureness(None).left([Lease("a", 1)]) == float("inf")


def test_the_clock_of_leases_goes_forward() -> None:
    before = steady()
    assert steady() >= before
