"""A writer is killed before, in and after each kind of write: what was acknowledged is there, and all can be read."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.tests.host.history.deeds import DEEDS, lines
from milepost.host.history.sqlite import SqliteStore

Open = Callable[..., SqliteStore]
PROGRAM = Path(__file__).with_name("deeds.py")
LONGEST = {"output": 0.003, "seal": 0.003}
USUAL = 0.0012
"""About how long a write takes, in seconds: the kill comes somewhere within."""


class Told:
    """What a writer told before it died."""

    def __init__(self, text: str) -> None:
        whole = [line.split() for line in text.splitlines(keepends=True) if line.endswith("\n")]
        self.begun = {(deed, name) for word, deed, name in whole if word == "begin"}
        self.done = {(deed, name) for word, deed, name in whole if word == "done"}

    def check(self, store: SqliteStore) -> None:
        """See that the store has all that was done, and all or nothing of what was being done."""
        for name in {name for _, name in self.begun}:
            if ("remove", name) not in self.begun:
                self.check_there(store, name)
            elif ("remove", name) in self.done:
                there = (store.get(name), store.get(f"{name}-O"), store.get(f"{name}-T"))
                assert (there, store.read_output(f"{name}-O")) == ((None, None, None), [])

    def check_there(self, store: SqliteStore, name: str) -> None:
        """See that what was done under a name is there."""
        run, operation, other = store.get(name), store.get(f"{name}-O"), store.get(f"{name}-T")
        done = {deed for deed, of in self.done if of == name}
        begun = {deed for deed, of in self.begun if of == name}
        assert (run is not None) >= ("run" in done)
        assert (operation is not None) >= ("operation" in done)
        assert (other is not None) >= ("admit" in done)
        if run and operation and "amend" in begun:
            assert run["status"] == operation["status"]  # both or none
            assert run["status"] in ({"success"} if "amend" in done else {"running", "success"})
        if "output" in done and "drop" not in begun:
            assert store.read_output(f"{name}-O") == lines(name)
        assert store.cancel_asked(name) >= ("cancel" in done)
        assert (store.get(f"{name}-F") is not None) >= ("fenced" in done)


def kill(folder: Path, prefix: str, deed: str, dice: random.Random) -> str:
    """Start a writer, kill it while it does a deed, and return what it told."""
    argv = [sys.executable, str(PROGRAM), str(folder), prefix, "1000"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        turn, told = dice.randrange(1, 4), ""
        while f"begin {deed} {prefix}-{turn - (deed == 'remove')}\n" not in told:
            told += writer.stdout.readline()
        time.sleep(dice.random() * LONGEST.get(deed, USUAL))
        writer.kill()
        told += writer.stdout.read()
    assert writer.returncode == -signal.SIGKILL
    return told


def wage(store: SqliteStore, count: int, seed: int) -> Told:
    """Kill so many writers, look at all they acknowledged after each, and return what all of them told."""
    dice = random.Random(seed)
    told = ""
    for place in range(count):
        new = kill(Path(store.place), f"K{place}", DEEDS[place % len(DEEDS)], dice)
        Told(new).check(store)
        assert store.locks() == {}
        lock = store.lock(f"run/K{place}-1")
        assert lock.acquire({})
        lock.release()
        told += new
    return Told(told)


def check_whole(store: SqliteStore, told: Told) -> None:
    """See that everything is there in the end, no number twice."""
    told.check(store)
    assert store.check() == []
    numbers = [each["number"] for each in store.latest("run", {}) if "store" not in each]
    assert len(set(numbers)) == len(numbers)
    sequences = [each["sequence"] for each in store.latest("operation", {})]
    assert len(set(sequences)) == len(sequences)


def test_a_kill_in_each_kind_of_write_loses_nothing(open_store: Open) -> None:
    store = open_store()
    check_whole(open_store(), wage(store, len(DEEDS), 5))


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing(open_store: Open) -> None:
    store = open_store()
    told = wage(store, 200, 11)
    check_whole(open_store(), told)
    assert len(told.done) > 2000


@pytest.mark.parametrize("damage", ["cut", "zero", "flip"])
def test_a_torn_end_of_the_log_costs_only_what_stands_in_it(open_store: Open, tmp_path: Path, damage: str) -> None:
    store = open_store()
    for place in range(40):
        store.append({"id": f"R{place}", "kind": "run", "why": "x" * 1500})
    log = tmp_path / "store" / "history.sqlite-wal"
    before = log.stat().st_size
    store.append({"id": "last", "kind": "run", "why": "x" * 1500})
    copy = tmp_path / "torn"
    copy.mkdir()
    for name in ("history.sqlite", "history.sqlite-wal"):  # the files as a power cut leaves them: without the rest
        (copy / name).write_bytes((tmp_path / "store" / name).read_bytes())
    torn = bytearray((copy / "history.sqlite-wal").read_bytes())
    middle = (before + len(torn)) // 2
    if damage == "cut":
        del torn[middle:]
    else:
        torn[middle : middle + 512] = (
            bytes(512) if damage == "zero" else bytes(255 - each for each in torn[middle : middle + 512])
        )
    (copy / "history.sqlite-wal").write_bytes(torn)
    again = open_store(copy)
    assert [each["id"] for each in again.latest("run", {}, oldest=True)] == [f"R{place}" for place in range(40)]
    assert again.check() == []
    assert again.append({"id": "next", "kind": "run"}) == 41
