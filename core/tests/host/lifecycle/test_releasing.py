"""Release: health first, then the strategy's order, compare-and-swap, and a way back when it fails."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.errors import MilepostError, NotReadyError, OperationError, RefusedError, TrafficMovedError
from milepost.sdk.events import Said, Warned

WORKER = "worker = true"


def second(shop: Shop, **blocks: str) -> None:
    """Release a first one, and change the source."""
    shop.write(**blocks)
    shop.up()
    shop.edit("two")


def order(shop: Shop, *words: str) -> list[str]:
    """Return the kinds of what was done that begin with these words, in order."""
    return [each.split()[0] for each in shop.world.log() if each.split()[0] in words]


def test_blue_green_runs_the_new_one_beside_the_old_and_then_switches(shop: Shop) -> None:
    second(shop)
    before = len(shop.world.log())
    shop.up()
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["build", "deploy", "release", "park"]


def test_start_first_starts_the_new_one_at_release_before_the_old_one_stops(shop: Shop) -> None:
    second(shop, app='strategy = "start-first"')
    before = len(shop.world.log())
    shop.up()
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["build", "deploy", "unpark", "release", "park"]
    assert shop.traffic() == 2


def test_stop_first_stops_the_old_one_before_the_new_one_starts(shop: Shop) -> None:
    second(shop, app='strategy = "stop-first"')
    before = len(shop.world.log())
    shop.up()
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["build", "deploy", "park", "unpark", "release"]
    assert shop.objects() == {1: "parked", 2: "ready"}


def test_stop_first_stops_one_that_runs_although_its_record_says_that_it_is_parked(shop: Shop) -> None:
    second(shop, app='strategy = "stop-first"')
    shop.carry("stop")
    with shop.world.change() as world:
        (first,) = world["deployments"].values()
        first["health"] = "alive"
    before = len(shop.world.log())
    shop.up()
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["build", "deploy", "park", "unpark", "release"]


def test_stop_first_does_not_stop_again_what_is_stopped(shop: Shop) -> None:
    second(shop, app='strategy = "stop-first"')
    shop.carry("stop")
    before = len(shop.world.log())
    shop.up()
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["build", "deploy", "unpark", "release"]


def test_without_endpoints_stop_first_is_the_default_and_no_releaser_is_called(shop: Shop) -> None:
    second(shop, config=WORKER)
    shop.up()
    assert order(shop, "park", "unpark", "release") == ["unpark", "park", "unpark"]
    assert shop.last("release").plugin is None
    assert shop.objects() == {1: "parked", 2: "ready"}


def test_a_deploy_that_starts_at_release_prepares_and_starts_nothing(shop: Shop) -> None:
    shop.write(app='strategy = "stop-first"')
    shop.carry("build")
    shop.carry("deploy")
    assert shop.objects() == {2: "parked"}
    assert shop.presences() == {2: "prepared"}


def test_if_the_new_one_does_not_start_the_old_one_is_started_again(shop: Shop) -> None:
    second(shop, config=WORKER)
    shop.trouble_until("starting #1 again", "unpark", "fail")
    with pytest.raises(OperationError):
        shop.up()
    assert shop.objects() == {1: "ready", 2: "parked"}
    assert shop.presences()[1] == "released"
    assert not shop.parts["web"].live_changed


def test_if_the_releaser_fails_the_new_one_stops_and_the_old_one_starts_again(shop: Shop) -> None:
    second(shop, app='strategy = "stop-first"')
    shop.world.trouble("release", "fail")
    with pytest.raises(OperationError):
        shop.up()
    assert shop.objects() == {1: "ready", 2: "parked"}
    assert shop.traffic() == 1


def test_start_first_that_fails_leaves_the_old_one_as_it_was(shop: Shop) -> None:
    second(shop, app='strategy = "start-first"')
    shop.world.trouble("release", "fail")
    with pytest.raises(OperationError):
        shop.up()
    assert shop.objects() == {1: "ready", 2: "parked"}


def test_a_way_back_that_fails_too_is_said(shop: Shop) -> None:
    second(shop, config=WORKER)
    shop.world.trouble("unpark", "fail")
    with pytest.raises(OperationError):
        shop.up()
    assert any("nothing may be live" in each for each in shop.last("release").warnings)


def test_the_old_one_that_cannot_be_stopped_is_not_left_half_stopped(shop: Shop) -> None:
    second(shop, config=WORKER)
    shop.trouble_until("starting #1 again", "park", "fail")
    with pytest.raises(OperationError):
        shop.up()
    assert shop.objects()[1] == "ready"
    assert order(shop, "unpark") == ["unpark", "unpark"]


def test_a_release_that_finds_other_traffic_changes_nothing(shop: Shop) -> None:
    second(shop)
    with shop.world.change() as world:
        world["routes"]["shop/default/web"] = "01SOMEBODYELSE"
    with pytest.raises(TrafficMovedError):
        shop.up()
    assert shop.world.read()["routes"]["shop/default/web"] == "01SOMEBODYELSE"


def test_after_the_live_one_was_destroyed_by_name_the_next_up_releases(shop: Shop) -> None:
    shop.up()
    shop.carry("destroy", target="web#1/deploy", choices={"live": True})
    shop.up()
    assert shop.traffic() == 3


def test_health_gates_the_release_of_what_was_staged_before(shop: Shop) -> None:
    second(shop)
    shop.carry("build")
    shop.carry("deploy")
    with shop.world.change() as world:
        key = shop.last("deploy").resources[0].key
        world["deployments"][key]["health"] = "down"
    with pytest.raises(NotReadyError, match="#3 is down"):
        shop.carry("release")
    assert shop.traffic() == 1


def test_release_takes_the_newest_deployment(shop: Shop) -> None:
    second(shop)
    shop.carry("build")
    shop.carry("deploy")
    shop.carry("release")
    assert shop.traffic() == 3
    assert shop.last("release").previous == shop.operations("deploy")[0].id


@pytest.mark.parametrize("presence", ["destroyed", "forgotten", "superseded"])
def test_what_is_gone_cannot_be_released(shop: Shop, presence: str) -> None:
    import msgspec

    shop.up()
    shop.history.amend(msgspec.structs.replace(shop.last("deploy"), presence=presence))
    with pytest.raises(RefusedError, match=f"web#1 cannot be released: it is {presence}"):
        shop.carry("release", target="web#1/deploy")


def test_a_failed_deploy_cannot_be_released(shop: Shop) -> None:
    shop.write(config='fail = "ready"')
    with pytest.raises(MilepostError):
        shop.up(choices={"keep_failed": True})
    shop.write()
    with pytest.raises(RefusedError, match="its deploy ended error"):
        shop.carry("release", target="web#1/deploy", choices={"keep_failed": True})


def test_a_deployment_of_another_workspace_cannot_be_released(shop: Shop) -> None:
    shop.up(workspace="staging")
    with pytest.raises(RefusedError, match="it is of the workspace staging, not of default"):
        shop.carry("release", target="web#1/deploy")


def test_the_record_says_what_was_live_before(shop: Shop) -> None:
    second(shop)
    shop.up()
    first, last = shop.operations("release")
    assert first.previous is None
    assert last.previous == first.target


def test_a_platform_without_releaser_is_public_already_and_the_release_says_so(shop: Shop) -> None:
    shop.write(platform="fake-plain")
    shop.up()
    release = shop.last("release")
    assert release.status == "success"
    assert release.plugin is None
    assert any("public already" in each for each in shop.told(Said))


def test_the_release_block_wins_over_the_platforms_default(shop: Shop) -> None:
    shop.write(release='use "fake" {\ndrain = 9\n}')
    shop.up()
    config = shop.last("release").config
    assert config is not None
    assert config["fields"]["drain"] == 9.0


def test_an_old_one_that_cannot_be_parked_is_a_warning_on_a_release_that_succeeded(shop: Shop) -> None:
    second(shop)
    shop.world.trouble("park", "bug")
    shop.up()
    assert shop.last("release").status == "success"
    assert any("#1 could not be parked" in each for each in shop.told(Warned))


def test_keep_running_leaves_the_old_one_up(shop: Shop) -> None:
    second(shop, app="keep_running = true")
    shop.up()
    assert shop.objects() == {1: "ready", 2: "ready"}


def test_a_platform_that_cannot_park_keeps_the_old_one_running(shop: Shop) -> None:
    second(shop, platform="fake-plain", release='use "fake" {}')
    shop.up()
    assert shop.objects() == {1: "ready", 2: "ready"}
    assert shop.last("park").status == "success"


def test_a_first_release_that_fails_after_the_switch_has_changed_what_is_live(shop: Shop) -> None:
    shop.world.trouble("switched", "fail")
    with pytest.raises(OperationError):
        shop.up()
    assert shop.traffic() == 1
    assert shop.parts["web"].live_changed


def test_a_strategy_that_the_platform_cannot_do_is_refused(shop: Shop) -> None:
    shop.write(platform="fake-plain", app='strategy = "stop-first"')
    with pytest.raises(OperationError, match="needs a platform that can stop and start"):
        shop.up()
