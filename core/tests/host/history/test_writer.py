from __future__ import annotations

import os
import subprocess
import time

import pytest

from milepost.host.history.writer import alive_here, as_it_is, identify, run_lock, this_writer
from milepost.testing.store import MemoryStore

ELSEWHERE = {"pid": 1, "started": "1", "boot": "another boot", "host": "another machine"}


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def test_this_process_lives() -> None:
    assert this_writer()["pid"] == os.getpid()
    assert alive_here(this_writer())


def test_another_process_lives_until_it_is_killed(sleeper) -> None:
    facts = identify(sleeper.pid)
    assert alive_here(facts)
    sleeper.kill()
    sleeper.wait()
    assert not alive_here(facts)


def test_a_zombie_is_dead(sleeper) -> None:
    facts = identify(sleeper.pid)
    sleeper.kill()
    while alive_here(facts):  # nobody has waited for it: it stays in the table of processes
        time.sleep(0.01)
    os.kill(sleeper.pid, 0)  # would raise if the pid were free
    assert not alive_here(facts)


def test_a_reused_pid_is_another_process(sleeper) -> None:
    assert not alive_here({**identify(sleeper.pid), "started": "1"})


def test_a_process_of_another_machine_or_another_boot_cannot_be_looked_at() -> None:
    assert alive_here(ELSEWHERE) is None
    assert alive_here({**this_writer(), "boot": "another boot"}) is None


@pytest.mark.parametrize("writer", [ELSEWHERE, {**this_writer(), "boot": "another boot"}])
@pytest.mark.parametrize("document", [{"kind": "run", "id": "R1"}, {"kind": "operation", "id": "O1", "run": "R1"}])
def test_a_writer_of_another_machine_lives_as_long_as_its_run_holds_its_lock(document: dict, writer: dict) -> None:
    store, document = MemoryStore(), {**document, "status": "running", "writer": writer}
    lock = store.lock(run_lock("R1"))
    assert lock.acquire({"run_id": "R1"})
    assert as_it_is(document, store)["status"] == "running"
    lock.release()
    assert as_it_is(document, store)["status"] == "interrupted"


def test_a_dead_writer_of_this_machine_is_dead_whoever_holds_the_lock() -> None:
    store = MemoryStore()
    store.lock(run_lock("R1")).acquire({"run_id": "R1"})
    document = {"kind": "run", "id": "R1", "status": "running", "writer": {**this_writer(), "pid": 0}}
    assert as_it_is(document, store)["status"] == "interrupted"


def test_a_record_without_facts_is_of_nobody_here() -> None:
    assert not alive_here({**this_writer(), "pid": 0})


def test_a_process_that_is_gone_already_has_no_start_time(sleeper) -> None:
    sleeper.kill()
    sleeper.wait()
    facts = identify(sleeper.pid)
    assert facts["started"] == ""
    assert not alive_here(facts)
