"""Locks: who waits for whom, for how long, and who may not wait at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import app_text
from core.tests.waiting import until
from milepost.host.breaking import take_away
from milepost.host.lifecycle.noting import freeze
from milepost.sdk.errors import RefusedError
from milepost.sdk.events import Waiting

HANG = 'hang = "ready"'


def holder(real: RealShop, *words: str) -> subprocess.Popen[str]:
    """Start a run that holds the lock of web, in a process of its own."""
    real.write(config=HANG)
    process = real.start(*(words or ("up",)))
    assert until(lambda: real.world.read()["deployments"])
    real.write()
    return process


def test_a_second_run_waits_and_is_told_who_holds_the_lock_since_when_doing_what(real: RealShop) -> None:
    process = holder(real)
    told: list[str] = []

    def end() -> None:
        until(lambda: bool(real.told(Waiting)))
        told.extend(real.told(Waiting))
        process.send_signal(signal.SIGTERM)

    watcher = threading.Thread(target=end)
    watcher.start()
    outcome = real.run("up")
    watcher.join()
    assert outcome.exit_status == 0
    assert told[0].startswith("default/web is locked by ada@")
    assert ": run #1, up" in told[0]


def test_after_the_lock_timeout_it_ends_with_4(real: RealShop) -> None:
    holder(real)
    outcome = real.run("up", choices={"lock_timeout": 0.3})
    assert outcome.exit_status == 4
    assert outcome.run.failure is not None
    assert outcome.run.failure.code == "locked"


def test_a_build_needs_no_lock(real: RealShop) -> None:
    holder(real)
    assert real.run("build", choices={"lock_timeout": 0.0}).exit_status == 0


def test_another_app_and_another_workspace_are_not_locked(real: RealShop) -> None:
    holder(real)
    real.write(app_text("web"), app_text("api"))
    assert real.run("up", "api", choices={"lock_timeout": 0.0}).exit_status == 0
    assert real.run("up", "web", workspace="staging", choices={"lock_timeout": 0.0}).exit_status == 0


def test_the_lock_is_held_while_the_child_of_a_dead_parent_cleans_up(real: RealShop) -> None:
    real.write(config='deaf = "ready"')
    parent = real.start("up")
    assert until(lambda: real.world.read()["deployments"])
    worker = real.worker()
    parent.kill()
    parent.wait()
    real.write()
    assert real.run("up", choices={"lock_timeout": 0.5}).exit_status == 4
    os.kill(worker, signal.SIGKILL)
    assert real.run("up").exit_status == 0


def test_a_child_that_hears_nothing_outlives_its_parent_by_the_grace_at_most(real: RealShop) -> None:
    real.write(config='deaf = "ready"')
    parent = real.start("up", CI="true")  # where the grace is short
    assert until(lambda: real.world.read()["deployments"])
    parent.kill()
    parent.wait()
    real.write()
    assert real.run("up", choices={"lock_timeout": 60.0}).exit_status == 0
    assert real.statuses()[:2] == ["#1 build success", "#1 deploy interrupted"]


def test_a_lock_of_the_dead_is_free(real: RealShop) -> None:
    real.write(config='deaf = "ready"')
    parent = real.start("up")
    assert until(lambda: real.world.read()["deployments"])
    os.kill(real.worker(), signal.SIGSTOP)
    worker = real.worker()
    parent.kill()
    os.kill(worker, signal.SIGKILL)
    parent.wait()
    real.write()
    assert real.run("up", choices={"lock_timeout": 30.0}).exit_status == 0


def test_preempt_cancels_the_holder_and_waits_for_its_true_end(real: RealShop) -> None:
    real.run("up")
    real.write(config='note = "2"')
    real.run("up")
    real.write(config='note = "3"\nhang = "ready"')
    process = real.start("up")
    assert until(lambda: len(real.world.read()["deployments"]) == 3)
    real.write()
    outcome = real.run("rollback", choices={"preempt": True})
    assert outcome.exit_status == 0
    assert process.wait(timeout=60) == 130
    assert "#3 deploy cancelled" in real.statuses()


def test_a_run_that_waits_for_a_lock_can_be_cancelled(real: RealShop) -> None:
    from milepost.host.cancelling import cancel

    holder(real)
    host = real.host()
    request = real.request(host, "up")
    timer = threading.Timer(1.5, lambda: cancel(real.host(), "2"))
    timer.start()
    outcome = real.carry_out(request, host)
    timer.join()
    assert outcome.exit_status == 130


def nested(real: RealShop, stage: str, *words: str) -> str:
    """Return a hook that calls milepost itself."""
    command = ", ".join(f'"{each}"' for each in (sys.executable, "-m", "milepost.cli", "-C", str(real.folder), *words))
    return f'hook {{\nwhen = "before"\ntimeout = 60\ncommand = [{command}]\n}}'


@pytest.mark.parametrize("stage", ["build", "deploy"])
def test_a_changing_command_in_a_hook_of_the_same_app_fails_at_once(real: RealShop, stage: str) -> None:
    hook = nested(real, stage, "up")
    real.write(**({"build": f'use "fake" {{}}\n{hook}'} if stage == "build" else {"deploy": hook}))
    outcome = real.run("up")
    assert outcome.exit_status == 1
    assert outcome.run.failure is not None
    assert "ended with status 5" in outcome.run.failure.message


def test_a_command_that_only_asks_works_in_a_hook(real: RealShop) -> None:
    real.write(deploy=nested(real, "deploy", "history"))
    assert real.run("up").exit_status == 0


def test_a_hook_cannot_wait_for_another_app_of_its_own_run(real: RealShop) -> None:
    real.write(app_text("web", deploy=nested(real, "deploy", "up", "api")), app_text("api"))
    outcome = real.run("up")
    assert outcome.exit_status == 1
    assert outcome.run.failure is not None
    assert "ended with status 5" in outcome.run.failure.message


def test_a_hook_may_change_an_app_that_is_not_of_its_run(real: RealShop) -> None:
    real.write(app_text("web", deploy=nested(real, "deploy", "up", "api")), app_text("api"))
    assert real.run("up", "web").exit_status == 0
    assert [f"{each.app} {each.number}" for each in real.operations("release")] == ["api 2", "web 1"]


def test_two_runs_at_once_both_end_well_and_one_after_the_other(real: RealShop) -> None:
    processes = [real.start("up", "--force") for _ in range(2)]
    assert [each.wait(timeout=120) for each in processes] == [0, 0]
    runs = {each.number: each.status for each in real.host().history.runs()}
    assert runs == {1: "success", 2: "success"}
    assert len({each.presence for each in real.operations("deploy")}) == 2


def test_a_lock_that_is_taken_away_stops_its_holder_which_cleans_up_nothing(real: RealShop) -> None:
    process = holder(real)
    made = set(real.world.read()["deployments"])
    take_away(real.host(), "app/default/web")
    assert process.wait(timeout=60) == 4
    assert process.stdout is not None
    assert "it was broken or given back" in process.stdout.read()
    assert set(real.world.read()["deployments"]) == made
    (deploy,) = real.operations("deploy")
    assert (deploy.status, deploy.presence) == ("error", "starting")
    assert any("recorded late" in each for each in deploy.warnings)
    assert real.run("up").exit_status == 0
    assert not made & set(real.world.read()["deployments"])


def test_whoever_holds_the_lock_settles_what_a_living_process_was_doing_under_it(real: RealShop) -> None:
    real.write(config='deaf = "ready"')
    process = real.start("up")
    assert until(lambda: real.world.read()["deployments"])
    os.kill(process.pid, signal.SIGSTOP)
    take_away(real.host(), "app/default/web")
    real.write()
    assert real.run("up").exit_status == 0
    assert real.statuses()[:2] == ["#1 build success", "#1 deploy interrupted"]


def test_a_run_holds_a_lock_of_its_own_from_its_beginning_to_its_end(real: RealShop) -> None:
    process = holder(real)
    (run,) = real.host().history.runs()
    owner = real.host().store.lock(f"run/{run.id}").holder()
    assert owner is not None
    assert (owner["run"], owner["run_id"], owner["verb"]) == (1, run.id, "up")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 130
    assert real.host().store.locks() == {}


def test_a_frozen_workspace_is_not_changed_also_by_a_run_that_waited(real: RealShop) -> None:
    process = holder(real)

    def freeze_and_end() -> None:
        freeze(real.host(), "default", "sale")
        process.send_signal(signal.SIGTERM)

    timer = threading.Timer(1.5, freeze_and_end)
    timer.start()
    outcome = real.run("up")
    timer.join()
    assert outcome.exit_status == 5
    assert "is frozen" in str(outcome.run.failure)
    with pytest.raises(RefusedError, match="is frozen"):
        real.run("up")
