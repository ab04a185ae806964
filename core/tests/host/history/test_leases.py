from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.errors import HistoryError, LockLostError
from milepost.sdk.store import Lease

Open = Callable[..., SqliteStore]
Spawn = Callable[..., "subprocess.Popen[str]"]


def files(store: SqliteStore) -> list[str]:
    return sorted(each.name for each in (Path(store.place) / "locks").glob("*"))


def rows(store: SqliteStore) -> list[str]:
    with closing(sqlite3.connect(Path(store.place) / "history.sqlite")) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM lock ORDER BY name")]


def taken(store: SqliteStore, name: str) -> Lease:
    lock = store.lock(name)
    assert lock.acquire({"who": "me"})
    assert lock.lease is not None
    return lock.lease


def test_the_lock_of_a_run_leaves_nothing_behind(store: SqliteStore) -> None:
    run, app = store.lock("run/1"), store.lock("app/web")
    assert run.acquire({})
    assert app.acquire({})
    assert rows(store) == ["app/web", "run/1"]
    run.release()
    app.release()
    assert files(store) == ["app%2fweb.lock"]
    assert rows(store) == []


def test_what_a_killed_run_leaves_is_taken_away_by_the_next(store: SqliteStore, spawn: Spawn) -> None:
    other = spawn("hold", store.place, "run/1")
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    assert store.locks() == {"run/1": {"who": "other"}}
    other.kill()
    other.wait()
    assert store.locks() == {}
    taken(store, "run/2")
    assert files(store) == ["run%2f2.lock"]
    assert rows(store) == ["run/2"]


def test_the_file_of_a_run_that_died_before_it_was_written_down_goes_too(store: SqliteStore) -> None:
    folder = Path(store.place) / "locks"
    folder.mkdir()
    (folder / "run%2f1.lock").touch()
    (folder / "app%2fweb.lock").touch()
    taken(store, "run/2")
    assert files(store) == ["app%2fweb.lock", "run%2f2.lock"]


def test_a_child_writes_under_the_lock_that_its_parent_gave_back(store: SqliteStore, open_store: Open) -> None:
    lock = store.lock("run/1")
    assert lock.acquire({"who": "parent"})
    lease = lock.lease
    assert lease is not None
    assert lock.handle is not None
    child = subprocess.Popen(["sleep", "600"], pass_fds=[lock.handle])
    try:
        other = open_store()
        other.lock("run/1").join(lease)
        other.fence([lease])
        lock.release()
        assert files(store) == ["run%2f1.lock"]
        assert other.append({"id": "R1", "kind": "run"}) == 1
        assert other.locks() == {"run/1": {"who": "parent"}}
    finally:
        child.kill()
        child.wait()
    assert other.locks() == {}


def test_a_lock_can_be_broken_while_a_child_holds_it(store: SqliteStore, spawn: Spawn) -> None:
    parent = spawn("share", store.place, "app/web")
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        parent.kill()
        parent.wait()
        assert not store.lock("app/web").acquire({})
        assert store.break_lock("app/web") == {"who": "parent"}
        assert taken(store, "app/web").epoch == 2
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_holder_whose_lock_was_broken_keeps_nobody_out(store: SqliteStore, open_store: Open) -> None:
    other = open_store()
    mine = store.lock("app/web")
    assert mine.acquire({"who": "mine"})
    other.break_lock("app/web")
    theirs = other.lock("app/web")
    assert theirs.acquire({"who": "theirs"})
    assert mine.holder() == {"who": "theirs"}
    with pytest.raises(LockLostError):
        mine.renew()
    mine.release()
    assert store.locks() == {"app/web": {"who": "theirs"}}
    theirs.renew()


def test_of_many_who_break_and_take_a_lock_only_the_last_one_writes(store: SqliteStore, open_store: Open) -> None:
    holders: list[tuple[SqliteStore, Lease]] = []
    guard = threading.Lock()

    def take() -> None:
        mine = open_store()
        for _ in range(20):
            mine.break_lock("app/web")
            lock = mine.lock("app/web")
            if lock.acquire({"who": "me"}):
                assert lock.lease is not None
                with guard:
                    holders.append((mine, lock.lease))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    epochs = [lease.epoch for _, lease in holders]
    assert len(set(epochs)) == len(epochs)
    writers = []
    for mine, lease in holders:
        mine.fence([lease])
        try:
            mine.append({"id": f"by-{lease.epoch}", "kind": "run"})
        except LockLostError:
            continue
        writers.append(lease.epoch)
    assert writers in ([], [max(epochs)])
    assert len(store.latest("run", {})) == len(writers)


def test_a_lock_is_given_back_though_the_disk_takes_nothing_more(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    lock = store.lock("app/web")
    assert lock.acquire({"who": "me"})
    store._database._connection.execute("PRAGMA query_only = ON")
    lock.release()
    assert store.locks() == {}
    assert open_store().lock("app/web").acquire({"who": "next"})


def test_a_store_that_cannot_be_written_gives_no_locks(store: SqliteStore, open_store: Open) -> None:
    reader = open_store()
    reader._database._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(HistoryError):
        reader.lock("app/web").acquire({"who": "me"})
    assert store.locks() == {}


def test_a_lost_lock_is_told_by_name(store: SqliteStore, open_store: Open) -> None:
    store.fence([taken(store, "app/web")])
    open_store().break_lock("app/web")
    with pytest.raises(LockLostError) as caught:
        store.append({"id": "R1", "kind": "run"})
    assert "app/web" in str(caught.value)
    assert caught.value.hint == "milepost lock list"
    assert (caught.value.code, caught.value.exit_status) == ("lock-lost", 4)


def test_one_who_waits_for_a_change_of_another_process_is_woken(store: SqliteStore, spawn: Spawn) -> None:
    version = store.version()
    began = time.monotonic()
    other = spawn("append", store.place, "W", 1)
    assert store.watch(version, 60) > version
    assert time.monotonic() - began < 30
    other.wait()
