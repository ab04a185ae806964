"""What the locks of each history store promise, as tests that the tests of a store inherit."""

from __future__ import annotations

import time

import pytest

from milepost.sdk.errors import LockLostError
from milepost.sdk.store import HistoryStore
from milepost.testing.contracts.store_opening import StoreContract, ids, line, run, taken


class StoreLocksContract(StoreContract):
    """A lock has one holder, and who lost it writes nothing more."""

    def test_a_lock_has_one_holder(self, store: HistoryStore) -> None:
        """The second one is refused, and sees who has it."""
        first, second = store.lock("web default"), self.again(store).lock("web default")
        assert first.acquire({"who": "first"})
        try:
            assert not second.acquire({"who": "second"})
            assert second.holder() == {"who": "first"}
        finally:
            first.release()
        assert second.holder() is None
        assert second.acquire({"who": "second"})
        second.release()

    def test_locks_of_other_names_are_free(self, store: HistoryStore) -> None:
        """Names may hold any character, and differ by any."""
        names = ("web/default", "web%2fdefault", "Web/Default", "..", "ä b")
        held = [store.lock(name) for name in names]
        try:
            assert [each.acquire({"who": name}) for each, name in zip(held, names, strict=True)] == [True] * len(names)
            assert store.locks() == {name: {"who": name} for name in names}
        finally:
            for each in held:
                each.release()
        assert store.locks() == {}

    def test_a_lock_that_nobody_ever_took_is_free(self, store: HistoryStore) -> None:
        """Asking makes nothing."""
        assert store.lock("web").holder() is None
        assert store.locks() == {}

    def test_releasing_a_lock_that_is_not_held_does_nothing(self, store: HistoryStore) -> None:
        """Clean-up may always release."""
        holder = store.lock("web")
        assert holder.acquire({"who": "holder"})
        try:
            store.lock("web").release()
            assert store.lock("web").holder() == {"who": "holder"}
        finally:
            holder.release()
            holder.release()

    def test_each_holding_has_a_later_epoch(self, store: HistoryStore) -> None:
        """Whatever lock it is of: the epochs come from one counter."""
        first, second = store.lock("web"), self.again(store).lock("api")
        epochs = []
        for lock in (first, second, first):
            assert lock.lease is None
            lease = taken(lock)
            epochs.append(lease.epoch)
            lock.release()
        assert epochs == sorted(set(epochs))
        assert lease.name == "web"

    def test_a_holder_may_say_anew_what_it_does(self, store: HistoryStore) -> None:
        """It stays the same holding."""
        lock = store.lock("web")
        lease = taken(lock)
        assert lock.acquire({"doing": "release"})
        assert lock.lease == lease
        assert lock.holder() == {"doing": "release"}
        lock.release()

    def test_a_lock_that_is_held_is_renewed(self, store: HistoryStore) -> None:
        """Saying so changes nothing else."""
        lock = store.lock("web")
        lease = taken(lock)
        lock.renew()
        assert lock.lease == lease
        lock.release()

    def test_a_broken_lock_is_free_and_was_somebodys(self, store: HistoryStore) -> None:
        """Who broke it learns whom it was taken from; the next one may have it."""
        mine = store.lock("web")
        taken(mine, who="first")
        other = self.again(store)
        assert other.break_lock("web") == {"who": "first"}
        assert other.locks() == {}
        assert other.break_lock("web") is None
        with pytest.raises(LockLostError):
            mine.renew()
        next_ = other.lock("web")
        taken(next_, who="second")
        mine.release()
        assert store.locks() == {"web": {"who": "second"}}
        next_.release()

    def test_a_lock_that_is_free_cannot_be_broken(self, store: HistoryStore) -> None:
        """There is nobody to take it from."""
        store.lock("web").release()
        assert store.break_lock("web") is None
        assert store.break_lock("nothing") is None

    def test_what_is_fenced_is_written_while_the_lock_is_held(self, store: HistoryStore) -> None:
        """All of append, amend and remove."""
        web, api = store.lock("web"), store.lock("api")
        store.fence([taken(web), taken(api)])
        store.append(run("R1"))
        store.append(run("R2"))
        store.amend([run("R1", status="success")])
        store.remove(["R2"])
        assert ids(store.latest("run", {"status": "success"})) == ["R1"]
        web.release()
        api.release()

    @pytest.mark.parametrize("next_one", [True, False])
    def test_who_has_lost_a_lock_writes_nothing_more(self, store: HistoryStore, next_one: bool) -> None:
        """Whether another has taken it or not, and though one of two is held still."""
        web, api, other = store.lock("web"), store.lock("api"), self.again(store)
        store.append(run("R1"))
        store.fence([taken(web), taken(api)])
        other.break_lock("web")
        again = other.lock("web")
        if next_one:
            taken(again)
        version = other.version()
        for write in (
            lambda: store.append(run("R2")),
            lambda: store.append(run("R1")),
            lambda: store.amend([run("R1", status="success")]),
            lambda: store.remove(["R1"]),
        ):
            with pytest.raises(LockLostError, match="web"):
                write()
        assert other.version() == version
        assert ids(other.latest("run", {"status": "running"})) == ["R1"]
        for lock in (web, api, again):
            lock.release()

    def test_a_lock_that_was_given_back_fences_too(self, store: HistoryStore) -> None:
        """Who writes on after it is at fault."""
        lock = store.lock("web")
        store.fence([taken(lock)])
        lock.release()
        with pytest.raises(LockLostError):
            store.append(run("R1"))

    def test_without_a_fence_it_writes_as_before(self, store: HistoryStore) -> None:
        """Wishes, output and what others write are never fenced."""
        lock, other = store.lock("web"), self.again(store)
        store.append(run("R1"))
        store.fence([taken(lock)])
        other.break_lock("web")
        store.ask_cancel("R1")
        store.write_output("O1", [line(1, "one")])
        store.admit([run("R7", number=7, store="laptop")])
        store.fence([])
        assert store.append(run("R2")) == 2
        lock.release()

    def test_who_joins_a_holding_writes_under_it(self, store: HistoryStore) -> None:
        """A child that is told of the lease; and as little as its parent once it is lost."""
        lock, other = store.lock("web"), self.again(store)
        lease = taken(lock)
        joined = other.lock("web")
        joined.join(lease)
        assert joined.lease == lease
        joined.renew()
        joined.release()
        assert joined.lease is None
        assert lock.holder() == {"who": "holder"}
        store.break_lock("web")
        with pytest.raises(LockLostError):
            other.lock("web").join(lease)
        lock.release()

    def test_a_holding_that_is_over_cannot_be_joined(self, store: HistoryStore) -> None:
        """Also when its lock has been taken anew."""
        lock = store.lock("web")
        old = taken(lock)
        lock.release()
        with pytest.raises(LockLostError):
            store.lock("web").join(old)
        taken(lock)
        with pytest.raises(LockLostError):
            store.lock("web").join(old)
        lock.release()

    def test_a_lost_lock_is_told_with_who_has_it(self, store: HistoryStore) -> None:
        """And since when, doing what."""
        lock, other = store.lock("web"), self.again(store)
        store.fence([taken(lock)])
        other.break_lock("web")
        next_ = other.lock("web")
        taken(next_, user="bob", host="laptop", pid=42, run=7, verb="up", since="2026-01-02T03:04:05+00:00")
        with pytest.raises(LockLostError, match=r"bob@laptop.*#7"):
            store.append(run("R1"))
        next_.release()
        lock.release()

    def test_closing_gives_the_locks_back(self, store: HistoryStore) -> None:
        """Nobody waits for one who has gone."""
        other = self.again(store)
        taken(other.lock("web"))
        other.close()
        assert store.locks() == {}


class LeasedStoreContract(StoreContract):
    """For stores whose locks are lost when they are not renewed.

    Give a fixture `short_lease`: an empty store whose leases last a second or two.
    """

    @pytest.fixture
    def short_lease(self) -> HistoryStore:
        """Return an empty store whose leases are short."""
        raise NotImplementedError(f"{type(self).__name__} must have a fixture named short_lease")

    def test_a_lock_that_is_renewed_is_kept(self, short_lease: HistoryStore) -> None:
        """Longer than a lease lasts."""
        lock, other = short_lease.lock("web"), self.again(short_lease).lock("web")
        lease = taken(lock)
        end = time.monotonic() + 2 * self.lasts(short_lease)
        while time.monotonic() < end:
            lock.renew()
            assert not other.acquire({"who": "other"})
            time.sleep(self.lasts(short_lease) / 10)
        assert lock.lease == lease
        lock.release()

    def test_a_lock_that_is_not_renewed_is_lost(self, short_lease: HistoryStore) -> None:
        """It is nobody's, its holder writes nothing more, and the next one may have it."""
        lock, other = short_lease.lock("web"), self.again(short_lease)
        lease = taken(lock)
        short_lease.fence([lease])
        short_lease.append(run("R1"))
        time.sleep(self.lasts(short_lease) + 0.2)
        assert other.locks() == {}
        assert other.lock("web").holder() is None
        with pytest.raises(LockLostError):
            short_lease.append(run("R2"))
        with pytest.raises(LockLostError):
            lock.renew()
        next_ = other.lock("web")
        assert taken(next_).epoch > lease.epoch
        lock.release()
        assert next_.holder() == {"who": "holder"}
        next_.release()

    def test_one_who_joined_may_renew_for_both(self, short_lease: HistoryStore) -> None:
        """The holding is one."""
        lock, joined = short_lease.lock("web"), self.again(short_lease).lock("web")
        joined.join(taken(lock))
        for _ in range(8):
            time.sleep(self.lasts(short_lease) / 4)
            joined.renew()
        lock.renew()
        lock.release()

    def lasts(self, store: HistoryStore) -> float:
        """Return how long a lease of the store lasts, in seconds."""
        assert store.lease_seconds is not None
        return store.lease_seconds
