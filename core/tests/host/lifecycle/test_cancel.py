"""Ends before the end: signals, `cancel`, the grace, kills, and a parent that is gone."""

from __future__ import annotations

import os
import signal

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.waiting import until
from milepost.host.cancelling import cancel
from milepost.sdk.events import Warned


def to_self(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_parent_cancels_and_cleans_up(real: RealShop, number: signal.Signals) -> None:
    real.write(config='hang = "ready"')
    outcome = real.run("up", when={"hanging at ready": lambda: to_self(number)})
    assert (outcome.exit_status, outcome.run.status) == (130, "cancelled")
    assert real.statuses()[-1] == "#1 deploy cancelled"
    assert real.operations("deploy")[0].presence == "destroyed"
    assert real.world.read()["deployments"] == {}
    assert real.operations("deploy")[0].failure.message.endswith(number.name)  # type: ignore[union-attr]  # it failed


def test_the_signals_are_the_users_again_afterwards(real: RealShop) -> None:
    before = signal.getsignal(signal.SIGTERM)
    real.run("build")
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_cancel_from_elsewhere_is_heard(real: RealShop) -> None:
    real.write(build='use "fake" { hang = "build" }')
    outcome = real.run("up", when={"hanging at build": lambda: cancel(real.host(), "1", why="wrong\nbranch")})
    assert (outcome.exit_status, outcome.run.status) == (130, "cancelled")
    asked = real.host().history.runs({"verb": "cancel"})[0]
    said = f"milepost cancel by {asked.user}@{asked.host}: wrong branch"
    assert real.operations()[0].failure.message == f"cancelled: {said}"  # type: ignore[union-attr]  # it failed
    assert said in outcome.run.failure.message  # type: ignore[union-attr]  # it was cancelled


def test_after_the_grace_the_process_is_killed_and_its_operation_interrupted(real: RealShop) -> None:
    real.write(build='use "fake" { deaf = "build" }')
    when = {"web build": lambda: to_self(signal.SIGTERM)}
    outcome = real.run("up", when=when, choices={"grace": 0.5})
    assert (outcome.exit_status, outcome.run.status) == (130, "cancelled")
    assert real.statuses() == ["#1 build interrupted"]


def test_a_second_signal_abandons_at_once(real: RealShop) -> None:
    real.write(build='use "fake" { deaf = "build" }')

    def twice() -> None:
        to_self(signal.SIGINT)
        to_self(signal.SIGINT)

    outcome = real.run("up", when={"web build": twice}, choices={"grace": 600.0})
    assert outcome.exit_status == 130
    assert real.statuses() == ["#1 build interrupted"]


def test_an_abandoned_deploy_is_destroyed_by_the_next_run(real: RealShop) -> None:
    real.write(config='deaf = "made"')
    when = {"web deploy": lambda: until(lambda: real.world.read()["deployments"]) and to_self(signal.SIGTERM)}
    real.run("up", when=when, choices={"grace": 0.3})
    assert len(real.world.read()["deployments"]) == 1
    real.write()
    real.run("up")
    assert len(real.world.read()["deployments"]) == 1
    assert "#2 destroy success" in real.statuses()


def test_a_process_that_is_killed_ends_the_run_truly(real: RealShop) -> None:
    real.run("up")
    real.write(config='die = "made"')
    outcome = real.run("up")
    assert (outcome.exit_status, outcome.run.status) == (1, "error")
    assert "#2 deploy interrupted" in real.statuses()
    assert any("was interrupted; the next run cleans up" in each for each in real.told(Warned))
    assert outcome.run.failure is not None
    assert outcome.run.failure.code == "interrupted"


def test_a_kill_after_what_was_live_is_closed_counts_as_a_change_of_what_is_live(real: RealShop) -> None:
    real.run("up")
    real.world.trouble("destroy", "die")
    assert real.run("destroy").exit_status == 3
    assert {"#2 close success", "#2 destroy interrupted"} <= set(real.statuses())


def test_a_kill_after_the_switch_counts_as_a_change_of_what_is_live(real: RealShop) -> None:
    real.run("up")
    real.write(config='note = "2"', release='use "fake" { die = "switched" }')
    assert real.run("up").exit_status == 3
    real.write(config='note = "2"')
    outcome = real.run("up")
    assert outcome.exit_status == 0
    assert [each.status for each in real.operations("release")[:2]] == ["success", "success"]


def test_what_a_killed_process_had_started_is_ended(real: RealShop) -> None:
    note = real.root / "pid"
    script = f"echo $$ > {note}; exec sleep 600"
    real.write(build=f'use "fake" {{}}\nhook {{\nwhen = "before"\ncommand = ["sh", "-c", "{script}"]\n}}')
    when = {"web build": lambda: until(note.exists) and os.kill(real.worker(), signal.SIGKILL)}
    outcome = real.run("up", when=when)
    assert outcome.exit_status == 1
    assert until(lambda: not alive(int(note.read_text())))


def alive(pid: int) -> bool:
    """Return whether a process runs; a zombie that nobody asked for does not."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] != b"Z"
    except FileNotFoundError:
        return False


def test_a_parent_that_is_killed_cancels_its_children_which_clean_up(real: RealShop) -> None:
    real.write(config='hang = "ready"')
    parent = real.start("up")
    assert until(lambda: real.world.read()["deployments"])
    parent.kill()
    assert until(lambda: real.operations("deploy")[0].status == "cancelled")
    assert real.world.read()["deployments"] == {}
    failure = real.operations("deploy")[0].failure
    assert failure is not None
    assert "whoever asked for this run is gone" in failure.message


def test_the_run_of_a_killed_parent_gets_its_end_from_the_next(real: RealShop) -> None:
    real.write(build='use "fake" { hang = "build" }')
    parent = real.start("up")
    assert until(real.operations)
    parent.kill()
    parent.wait()
    real.write()
    assert real.run("up").exit_status == 0
    assert [each.status for each in real.host().history.runs()] == ["success", "interrupted"]


def test_a_cancel_between_phases_begins_no_other(real: RealShop) -> None:
    hook = f'hook {{\nwhen = "after"\ncommand = ["sh", "-c", "kill -INT {os.getpid()}; sleep 0.5"]\n}}'
    real.write(build=f'use "fake" {{}}\n{hook}')
    outcome = real.run("up")
    assert outcome.exit_status == 130
    assert "deploy" not in [each.stage for each in outcome.operations]
