from __future__ import annotations

import os
import subprocess
import time

import pytest

from milepost.host.history.writer import alive, identify, this_writer


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def test_this_process_lives() -> None:
    assert this_writer()["pid"] == os.getpid()
    assert alive(this_writer())


def test_another_process_lives_until_it_is_killed(sleeper) -> None:
    facts = identify(sleeper.pid)
    assert alive(facts)
    sleeper.kill()
    sleeper.wait()
    assert not alive(facts)


def test_a_zombie_is_dead(sleeper) -> None:
    facts = identify(sleeper.pid)
    sleeper.kill()
    while alive(facts):  # nobody has waited for it: it stays in the table of processes
        time.sleep(0.01)
    os.kill(sleeper.pid, 0)  # would raise if the pid were free
    assert not alive(facts)


def test_a_reused_pid_is_another_process(sleeper) -> None:
    assert not alive({**identify(sleeper.pid), "started": "1"})


def test_a_boot_ends_all_that_ran_before() -> None:
    assert not alive({**this_writer(), "boot": "another boot"})


def test_a_process_of_another_machine_is_taken_to_live() -> None:
    assert alive({"pid": 1, "started": "1", "boot": "another boot", "host": "another machine"})


def test_a_record_without_facts_is_of_nobody_here() -> None:
    assert not alive({**this_writer(), "pid": 0})


def test_a_process_that_is_gone_already_has_no_start_time(sleeper) -> None:
    sleeper.kill()
    sleeper.wait()
    facts = identify(sleeper.pid)
    assert facts["started"] == ""
    assert not alive(facts)
