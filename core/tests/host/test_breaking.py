"""Breaking locks: a run that is asked ends truly; one that the lock is taken from writes nothing more."""

from __future__ import annotations

import subprocess
import time

import pytest

from core.tests.host.lifecycle.real import RealShop
from milepost.host.breaking import end_holder, holder_of, take_away
from milepost.sdk.errors import LockedError, UnknownNameError
from milepost.sdk.record import Run

WEB = "app/default/web"


def deploying(real: RealShop, seconds: float) -> subprocess.Popen[str]:
    """Start an `up` in a process of its own that takes so long to deploy, and return it when it holds the lock."""
    real.write(config=f'slow = "ready"\nseconds = {seconds}')
    process = real.start("up", "--yes")
    for _ in range(300):
        deploys = real.operations("deploy")
        if deploys and deploys[0].resources and WEB in real.host().store.locks():
            return process
        time.sleep(0.1)
    raise AssertionError("it never began to deploy")


def broken(real: RealShop) -> Run:
    """Return the run that broke a lock."""
    (run,) = real.host().history.runs({"verb": "break"})
    return run


def test_a_lock_that_nobody_holds_cannot_be_broken(real: RealShop) -> None:
    real.run("build")
    with pytest.raises(UnknownNameError, match="there is no lock"):
        take_away(real.host(), WEB)
    with pytest.raises(UnknownNameError, match="there is no lock"):
        end_holder(real.host(), WEB, 1)
    assert [each.verb for each in real.host().history.runs()] == ["build"]


def test_a_holder_that_is_asked_cleans_up_and_frees_the_lock(real: RealShop) -> None:
    process = deploying(real, 60)
    run = end_holder(real.host(), WEB, 60, "it is the wrong one")
    assert process.wait(timeout=60) == 130
    assert (run.status, run.why, run.target, run.user) == ("success", "it is the wrong one", WEB, "ada")
    assert run.holder is not None
    assert (run.holder["verb"], run.holder["run"]) == ("up", 1)
    history = real.host().history
    assert [(each.verb, each.status) for each in history.runs()] == [("break", "success"), ("up", "cancelled")]
    (deploy,) = history.operations({"stage": "deploy"})
    assert (deploy.status, deploy.presence) == ("cancelled", "destroyed")


def test_one_that_does_not_end_within_the_limit_says_how_to_go_on(real: RealShop) -> None:
    lock = real.host().writable_store().lock(WEB)
    assert lock.acquire({"run": 7, "run_id": "01DEAF", "verb": "up", "user": "bob", "host": "ci"})
    with pytest.raises(LockedError) as caught:
        end_holder(real.host(), WEB, 0.3)
    assert "default/web is locked by bob@ci" in str(caught.value)
    assert f"milepost lock break {WEB} --force" in caught.value.hint
    run = broken(real)
    assert (run.status, run.exit_status) == ("error", 4)
    assert run.failure is not None
    assert run.failure.code == "locked"
    lock.release()


def test_a_lock_is_taken_at_once_and_that_is_in_the_history(real: RealShop) -> None:
    lock = real.host().writable_store().lock(WEB)
    assert lock.acquire({"run": 7, "run_id": "01DEAF", "verb": "up", "user": "bob", "host": "ci"})
    take_away(real.host(), WEB, "the machine is gone")
    run = broken(real)
    assert (run.status, run.target, run.workspace, run.apps) == ("success", WEB, "default", ("web",))
    assert (run.user, run.why) == ("ada", "the machine is gone")
    assert run.holder is not None
    assert (run.holder["user"], run.holder["run"]) == ("bob", 7)
    assert WEB not in real.host().store.locks()
    lock.release()


def test_a_living_holder_stops_at_its_next_write_and_the_next_run_cleans_up(real: RealShop) -> None:
    process = deploying(real, 3)
    assert holder_of(real.host().store, WEB)["verb"] == "up"
    take_away(real.host(), WEB)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 4, told
    deploy = real.host().history.operations({"stage": "deploy"})[0]
    assert deploy.status != "success"
    assert real.host().history.operations({"stage": "release"}) == []
    real.write()
    assert real.run("up").exit_status == 0
    mine, theirs = real.host().history.operations({"stage": "deploy"})
    assert (mine.status, mine.presence) == ("success", "released")
    assert theirs.presence == "destroyed"
