from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from milepost.host.history.sqlite import SqliteStore

Open = Callable[..., SqliteStore]
Spawn = Callable[..., "subprocess.Popen[str]"]

KILLS = 20


def integrity(folder: Path) -> Iterator[str]:
    for name in ("history.sqlite", "output.sqlite"):
        connection = sqlite3.connect(folder / name)
        yield connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.close()


def acknowledged(told: str) -> dict[str, int]:
    """Return the numbers of the runs that were told to be done, by id; a line cut off by death does not count."""
    done = [line.split() for line in told.splitlines(keepends=True) if line.startswith("done") and line.endswith("\n")]
    return {name: int(number) for _, name, number in done}


def assert_kept(store: SqliteStore, done: dict[str, int]) -> None:
    for name, number in done.items():
        run, operation = store.get(name), store.get(f"{name}-O")
        assert run is not None
        assert operation is not None
        assert (run["number"], operation["number"], operation["status"]) == (number, number, "success")
        assert [line.text for line in store.read_output(f"{name}-O")] == [name]


def test_four_writers_lose_nothing_and_share_the_numbers(open_store: Open, spawn: Spawn, tmp_path: Path) -> None:
    writers = [spawn("append", tmp_path / "store", f"W{each}", 100) for each in range(4)]
    told = [each.communicate()[0] for each in writers]
    assert [each.returncode for each in writers] == [0] * 4
    store = open_store()
    done = {name: number for each in told for name, number in acknowledged(each).items()}
    assert sorted(done.values()) == list(range(1, 401))
    assert_kept(store, done)
    assert sorted(each["number"] for each in store.latest("run", {})) == list(range(1, 401))


def test_writers_that_are_killed_lose_nothing_they_acknowledged(open_store: Open, spawn: Spawn, tmp_path: Path) -> None:
    dice = random.Random(7)
    store = open_store()
    done: dict[str, int] = {}
    for each in range(KILLS):
        writer = spawn("append", tmp_path / "store", f"K{each}", 100_000)
        assert writer.stdout is not None
        told = "".join(writer.stdout.readline() for _ in range(2 * dice.randrange(1, 6)))
        told += writer.stdout.readline()  # a "begin": the next writes are being made now
        time.sleep(dice.random() * 0.004)
        writer.kill()
        told += writer.communicate()[0]
        assert writer.returncode == -signal.SIGKILL
        assert acknowledged(told)
        done |= acknowledged(told)
        assert_kept(store, acknowledged(told))
    assert_kept(open_store(), done)
    numbers = [run["number"] for run in store.latest("run", {})]
    assert len(set(numbers)) == len(numbers)
    assert list(integrity(tmp_path / "store")) == ["ok", "ok"]


def test_a_disk_that_takes_no_more_is_told_and_loses_nothing(open_store: Open, spawn: Spawn, tmp_path: Path) -> None:
    told = spawn("fill", tmp_path / "store", 900_000).communicate()[0].splitlines()
    assert told[-1].startswith("error history")
    assert str(tmp_path / "store") in told[-1]
    kept = open_store().latest("run", {})
    assert [each["id"] for each in reversed(kept)][: len(told) - 1] == [line.split()[1] for line in told[:-1]]
    assert len(told) > 20


def test_a_lock_is_free_when_its_holder_was_killed(open_store: Open, spawn: Spawn, tmp_path: Path) -> None:
    lock = open_store().lock("web/default")
    other = spawn("hold", tmp_path / "store", "web/default")
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    assert not lock.acquire({"who": "me"})
    assert lock.holder() == {"who": "other"}
    other.kill()
    other.wait()
    assert lock.holder() is None
    assert lock.acquire({"who": "me"})
    assert lock.holder() == {"who": "me"}
    lock.release()


def test_a_child_that_inherited_the_lock_holds_it_after_its_parent_died(
    open_store: Open, spawn: Spawn, tmp_path: Path
) -> None:
    lock = open_store().lock("web/default")
    parent = spawn("share", tmp_path / "store", "web/default")
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        parent.kill()
        parent.wait()
        assert not lock.acquire({"who": "me"})
        assert lock.holder() == {"who": "parent"}
    finally:
        os.kill(child, signal.SIGKILL)
    while lock.holder() is not None:  # its death is the system's business and takes an instant
        time.sleep(0.01)
    assert lock.acquire({"who": "me"})
    lock.release()


def test_releasing_leaves_the_lock_to_the_child(open_store: Open) -> None:
    store = open_store()
    lock = store.lock("web")
    assert lock.acquire({"who": "parent"})
    assert lock.handle is not None
    child = subprocess.Popen(["sleep", "600"], pass_fds=[lock.handle])
    try:
        lock.release()
        assert lock.handle is None
        assert store.locks() == {"web": {"who": "parent"}}
    finally:
        child.kill()
        child.wait()
    assert store.locks() == {}


def test_a_program_that_is_not_given_the_lock_does_not_hold_it(open_store: Open) -> None:
    lock = open_store().lock("web")
    assert lock.acquire({"who": "me"})
    other = subprocess.Popen(["sleep", "600"])
    try:
        lock.release()
        assert lock.holder() is None
    finally:
        other.kill()
        other.wait()


def test_looking_at_a_lock_never_keeps_anybody_from_taking_it(open_store: Open) -> None:
    store = open_store()
    taken = 0
    code = "import sys; from pathlib import Path; from milepost.host.history.lock import held\n"
    code += "while True: held(Path(sys.argv[1]))"
    store.lock("web").acquire({})
    watcher = subprocess.Popen([sys.executable, "-c", code, str(Path(store.place) / "locks")])
    try:
        for _ in range(300):
            lock = store.lock("api")
            taken += lock.acquire({"who": "me"})
            lock.release()
    finally:
        watcher.kill()
        watcher.wait()
    assert taken == 300
