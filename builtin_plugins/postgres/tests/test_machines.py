"""Many machines write one history at once: processes of their own, each with a connection of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milepost_postgres.store import PostgresStore

Open = Callable[..., PostgresStore]
Spawn = Callable[..., "subprocess.Popen[str]"]
PROGRAM = Path(__file__).with_name("machine.py")


@pytest.fixture
def spawn(shared_database: str, project: str) -> Iterator[Spawn]:
    """Return a function that starts a machine with these words; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> subprocess.Popen[str]:
        argv = [sys.executable, str(PROGRAM), shared_database, project, *map(str, words)]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.slow
def test_four_machines_write_a_hundred_operations_each(open_store: Open, spawn: Spawn) -> None:
    store = open_store()
    machines = [spawn("write", f"M{place}", 100) for place in range(4)]
    seen: list[str] = []
    # While they write: who reads page after page from the oldest on passes over nothing that is committed later.
    while any(each.poll() is None for each in machines) or len(seen) < 800:
        page = store.latest("operation", {}, limit=50, before=seen[-1] if seen else None, oldest=True)
        seen += [each["id"] for each in page]
        if not page and all(each.poll() is not None for each in machines):
            break
    told = [line.split(maxsplit=1) for each in machines for line in each.communicate()[0].splitlines()]
    assert [each.returncode for each in machines] == [0] * 4
    assert sorted(seen) == sorted(f"{name}-{stage}" for name, _ in told for stage in ("build", "deploy"))
    assert sorted(int(number) for _, number in told) == list(range(1, 401))
    assert {each["id"]: str(each["number"]) for each in store.latest("run", {})} == dict(told)
    deploys = store.latest("operation", {"stage": "deploy"})
    assert [each["sequence"] for each in deploys] == list(range(400, 0, -1))
    assert store.check() == []


@pytest.mark.slow
def test_machines_hold_a_lock_one_after_the_other(spawn: Spawn, open_store: Open) -> None:
    machines = [spawn("take", f"M{place}", 25) for place in range(4)]
    told = [each.communicate()[0].split() for each in machines]
    assert [each.returncode for each in machines] == [0] * 4
    epochs = [int(epoch) for each in told for epoch in each]
    assert len(set(epochs)) == 100
    assert open_store().locks() == {}
    # Each wrote how often the lock had been had before: one who had not been alone would have written over another.
    found = open_store().get("counter")
    assert found is not None
    assert found["count"] == 100


def test_the_lock_of_a_machine_that_died_is_free_after_its_lease(spawn: Spawn, open_store: Open) -> None:
    machine = spawn("hold", "dead", 1)
    assert machine.stdout is not None
    assert machine.stdout.readline() == "True\n"
    store = open_store()
    lock = store.lock("web")
    assert not lock.acquire({"who": "me"})
    assert lock.holder() == {"who": "dead"}
    machine.send_signal(signal.SIGKILL)
    machine.wait()
    assert lock.holder() == {"who": "dead"}
    while not lock.acquire({"who": "me"}):
        time.sleep(0.05)
    assert store.locks() == {"web": {"who": "me"}}


@pytest.mark.slow
def test_machines_that_are_killed_lose_nothing_they_acknowledged(spawn: Spawn, open_store: Open) -> None:
    store = open_store()
    for place in range(6):
        machine = spawn("write", f"K{place}", 10_000)
        assert machine.stdout is not None
        told = [machine.stdout.readline() for _ in range(5 + place)]
        machine.kill()
        told += machine.communicate()[0].splitlines(keepends=True)
        for name, number in (line.split() for line in told if line.endswith("\n")):
            found = store.get(f"{name}-deploy")
            assert found is not None
            assert found["number"] == int(number)
    numbers = [each["number"] for each in store.latest("run", {})]
    assert len(set(numbers)) == len(numbers)
    assert store.check() == []
