"""Questions about what is there: status and logs."""

from __future__ import annotations

import time

import msgspec
import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import app_text
from milepost.host.inquiry import AppStatus, logs, status
from milepost.sdk.errors import OperationError


def of_web(real: RealShop, **how: object) -> AppStatus:
    found = status(real.host(), "default", **how)  # type: ignore[arg-type]  # fields of status
    return next(each for each in found.apps if each.app == "web")


def test_before_anything_was_done_nothing_is_live_and_nothing_is_made(real: RealShop) -> None:
    found = of_web(real)
    assert (found.live, found.run, found.kept, found.staged, found.note) == (None, None, (), (), "")
    assert not (real.root / "state" / "projects").exists()


def test_what_is_live_is_told_with_its_run_health_and_urls(real: RealShop) -> None:
    real.run("up")
    found = of_web(real)
    assert found.live is not None
    assert found.run is not None
    assert (found.live.number, found.run.number, found.health.name) == (1, 1, "ready")
    assert found.public is not None
    assert found.public.name == "ready"
    assert found.urls == ("http://shop.default.web.fake",)


def test_what_a_rollback_can_go_back_to_and_what_is_staged_are_told(real: RealShop) -> None:
    real.run("up")
    real.run("redeploy")
    real.run("deploy", choices={"force": True})
    found = of_web(real)
    assert [each.number for each in found.kept] == [1]
    assert [each.number for each in found.staged] == [3]


def test_what_has_failed_since_is_told(real: RealShop) -> None:
    real.run("up")
    real.write(config='fail = "ready"')
    real.run("up")
    found = of_web(real)
    assert found.failed is not None
    assert (found.failed.number, found.failed.stage) == (2, "deploy")


def test_a_platform_that_cannot_answer_is_unknown_with_the_reason(real: RealShop) -> None:
    real.run("up")
    real.world.trouble("status", "fail")
    found = of_web(real)
    assert found.health.name == "unknown"
    assert "told to fail at status" in found.health.message


def test_a_releaser_that_cannot_answer_is_a_note_beside_what_is_recorded(real: RealShop) -> None:
    real.run("up")
    real.world.trouble("current", "fail")
    found = of_web(real)
    assert found.live is not None
    assert "told to fail at current" in found.note


def test_one_that_does_not_answer_in_time_holds_up_no_other(real: RealShop) -> None:
    real.write(app_text("web", config='slow = "status"\nseconds = 3'), app_text("api"))
    real.run("up")
    began = time.monotonic()
    found = {each.app: each for each in status(real.host(), "default", limit=0.8).apps}
    assert time.monotonic() - began < 3
    assert found["web"].note == "gave no answer within 0.8 s"
    assert found["web"].live is not None
    assert found["web"].health.name == "unknown"
    assert found["api"].health.name == "ready"
    time.sleep(3)


def test_as_recorded_nobody_is_asked(real: RealShop) -> None:
    real.run("up")
    real.world.trouble("current", "fail")
    real.world.trouble("status", "fail")
    found = of_web(real, recorded=True)
    assert found.live is not None
    assert (found.health.name, found.note) == ("unknown", "")


def test_workspaces_are_told_apart(real: RealShop) -> None:
    real.run("up", workspace="staging")
    assert of_web(real).live is None


def test_logs_are_those_of_the_live_one_or_of_the_one_that_is_named(real: RealShop) -> None:
    real.run("up")
    assert [each.text for each in logs(real.host(), "default", "web", follow=False, tail=1)] == ["ready"]
    found = list(logs(real.host(), "default", "web", ref="web#1/deploy", follow=False, tail=None))
    assert [each.text for each in found] == ["starting", "ready"]


def test_without_anything_live_there_are_no_logs_and_it_says_so(real: RealShop) -> None:
    with pytest.raises(OperationError, match="nothing of web is live in default"):
        list(logs(real.host(), "default", "web", follow=False, tail=None))


def test_a_platform_without_logs_says_so(real: RealShop) -> None:
    real.write(platform="fake-plain")
    real.run("up")
    with pytest.raises(OperationError, match="the platform fake-plain has no logs"):
        list(logs(real.host(), "default", "web", follow=False, tail=None))


def test_asking_writes_nothing(real: RealShop) -> None:
    real.run("up")
    before = real.host().store.version()
    of_web(real)
    list(logs(real.host(), "default", "web", follow=False, tail=1))
    assert real.host().store.version() == before


def test_a_release_that_was_cut_off_and_is_live_is_told_so_and_nothing_is_written(real: RealShop) -> None:
    real.run("up")
    host = real.host()
    release = host.history.operations({"stage": "release"})[0]
    host.writable_store()
    host.history.amend(msgspec.structs.replace(release, status="interrupted"))
    before = host.store.version()
    found = of_web(real)
    assert found.note == ""
    assert found.release is not None
    assert found.release.status == "success"
    assert host.store.version() == before
