"""Destroy, stop and start: by what was recorded, and never what is live by accident."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import OperationError, PluginFaultError, RefusedError


def test_destroy_closes_the_app_and_takes_all_its_deployments(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    shop.carry("destroy", "web")
    assert shop.objects() == {}
    assert shop.traffic() is None
    assert shop.presences() == {1: "destroyed", 2: "destroyed"}


def test_the_traffic_is_closed_before_anything_is_destroyed(shop: Shop) -> None:
    shop.up()
    before = len(shop.world.log())
    shop.carry("destroy", "web")
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["unroute", "destroy", "clean", "clean"]


def test_destroying_twice_does_nothing_the_second_time(shop: Shop) -> None:
    shop.up()
    shop.carry("destroy", "web")
    shop.carry("destroy", "web")
    cleaned = ["clean-up", "clean-up"]
    assert [each.label for each in shop.operations("destroy")] == ["close", "destroy", *cleaned, "close", *cleaned]


def test_after_a_destroy_an_up_is_a_first_one(shop: Shop) -> None:
    shop.up()
    shop.carry("destroy", "web")
    shop.up()
    assert shop.traffic() == 3
    assert shop.last("release").previous is None


def test_what_is_live_is_refused_unless_it_is_named_as_such(shop: Shop) -> None:
    shop.up()
    with pytest.raises(RefusedError, match="web#1 is live in default"):
        shop.carry("destroy", target="web#1/deploy")
    assert shop.objects() == {1: "ready"}


def test_one_that_is_not_live_can_be_destroyed_by_name(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    shop.carry("destroy", target="web#1/deploy")
    assert shop.objects() == {2: "ready"}


def test_workspaces_are_destroyed_apart(shop: Shop) -> None:
    shop.up()
    shop.up(workspace="staging")
    shop.carry("destroy", "web", workspace="staging")
    assert shop.traffic() == 1
    assert shop.traffic(workspace="staging") is None


def test_destroyed_is_written_after_it_happened(shop: Shop) -> None:
    shop.up()
    shop.world.trouble("destroy", "fail")
    with pytest.raises(OperationError):
        shop.carry("destroy", "web")
    assert shop.presences() == {1: "released"}
    assert shop.last("destroy").status == "error"


@pytest.mark.parametrize(("kind", "error"), [("fail", OperationError), ("bug", PluginFaultError)])
def test_one_that_cannot_be_destroyed_stops_no_other(shop: Shop, kind: str, error: type[Exception]) -> None:
    shop.write(app="keep_releases = 5", config=f'{kind} = "destroy"')
    shop.up()
    shop.write(app="keep_releases = 5")
    shop.edit("two")
    shop.up()
    shop.write(app="keep_releases = 5", config=f'{kind} = "destroy"')
    shop.edit("three")
    shop.up()
    with pytest.raises(error):
        shop.carry("destroy", "web")
    assert sorted(shop.objects()) == [1, 3]


def test_it_goes_by_what_was_recorded_not_by_todays_file(shop: Shop) -> None:
    secret = (
        'variable "password" {\nsensitive = true\ndefault = "hunter22"\n}\nconfig {\nenv = { PW = var.password }\n}'
    )
    shop.write(top=secret, app="keep_releases = 1")
    shop.up()
    shop.write(platform="fake-plain", app='keep_releases = "wrong"')
    shop.carry("destroy", "web")
    assert shop.objects() == {}
    assert shop.traffic() is None


def test_what_depends_on_another_goes_first(shop: Shop) -> None:
    shop.write(app_text("db"), app_text("web", app='depends_on = ["db"]'))
    shop.up()
    from milepost.host.lifecycle.plan import plan

    plans = {each.app: each for each in plan(shop.request("destroy"), shop.project, shop.history)}
    assert plans["db"].waits_for == {"web"}
    assert plans["web"].waits_for == frozenset()


def test_stop_stops_what_is_live_and_start_brings_it_back(shop: Shop) -> None:
    shop.up()
    shop.carry("stop")
    assert shop.objects() == {1: "parked"}
    assert shop.traffic() == 1
    assert shop.parts["web"].live_changed
    shop.carry("start")
    assert shop.objects() == {1: "ready"}
    assert shop.presences() == {1: "released"}


def test_a_start_that_fails_leaves_nothing_running(shop: Shop) -> None:
    shop.up()
    shop.carry("stop")
    shop.world.trouble("ready", "fail")
    before = len(shop.world.log())
    with pytest.raises(OperationError):
        shop.carry("start")
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["unpark", "park"]
    assert shop.presences() == {1: "parked"}


def test_a_start_of_what_was_running_stops_nothing_when_it_fails(shop: Shop) -> None:
    shop.up()
    shop.world.trouble("ready", "fail")
    with pytest.raises(OperationError):
        shop.carry("start")
    assert shop.objects() == {1: "ready"}


def test_a_platform_that_cannot_stop_says_so(shop: Shop) -> None:
    shop.write(platform="fake-plain", release='use "fake" {}')
    shop.up()
    with pytest.raises(OperationError, match="cannot stop and start a deployment"):
        shop.carry("stop")


def test_a_worker_is_destroyed_without_a_releaser(shop: Shop) -> None:
    shop.write(config="worker = true")
    shop.up()
    shop.carry("destroy", "web")
    assert shop.objects() == {}
    shop.up()
    assert shop.objects() == {3: "ready"}
