"""Rollback, restart and what they aim at: what stood before, as it was recorded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import ArtifactGoneError, MilepostError, OperationError
from milepost.sdk.events import Decided


def ups(shop: Shop, count: int) -> None:
    for number in range(1, count + 1):
        shop.edit(f"version {number}")
        shop.up()


def test_a_rollback_goes_back_to_what_was_live_before(shop: Shop) -> None:
    ups(shop, 2)
    shop.carry("rollback")
    assert shop.traffic() == 1
    assert shop.objects() == {1: "ready", 2: "parked"}


def test_the_next_rollback_goes_further_back(shop: Shop) -> None:
    shop.write(app="keep_releases = 5")
    ups(shop, 3)
    shop.carry("rollback")
    shop.carry("rollback")
    assert shop.traffic() == 1


def test_a_parked_one_is_started_and_ready_before_the_traffic_moves(shop: Shop) -> None:
    ups(shop, 2)
    before = len(shop.world.log())
    shop.carry("rollback")
    assert [each.split()[0] for each in shop.world.log()[before:]] == ["unpark", "release", "park"]


def test_a_parked_one_that_does_not_become_ready_moves_no_traffic(shop: Shop) -> None:
    ups(shop, 2)
    shop.world.trouble("ready", "fail")
    with pytest.raises(MilepostError):
        shop.carry("rollback")
    assert shop.traffic() == 2
    assert shop.objects() == {1: "parked", 2: "ready"}


def test_a_release_that_fails_parks_again_what_was_started_for_it(shop: Shop) -> None:
    ups(shop, 2)
    shop.world.trouble("release", "fail")
    with pytest.raises(OperationError):
        shop.carry("rollback")
    assert shop.objects() == {1: "parked", 2: "ready"}
    assert shop.presences() == {1: "parked", 2: "released"}


def test_one_that_is_gone_is_deployed_again_by_digest_with_its_recorded_config(shop: Shop) -> None:
    shop.write(config='note = "first"')
    shop.up()
    shop.write(app="keep_releases = 0", config='note = "second"')
    shop.edit("two")
    shop.up()
    shop.carry("rollback")
    deploy = shop.last("deploy")
    assert shop.traffic() == 3
    assert deploy.artifact == shop.operations("build")[0].artifact
    assert deploy.config is not None
    assert deploy.config["fields"]["note"] == "first"
    assert any("deploys it again, since it is destroyed" in each for each in shop.told(Decided))


def test_one_that_lost_its_object_is_deployed_again(shop: Shop) -> None:
    ups(shop, 2)
    with shop.world.change() as world:
        world["deployments"] = {key: each for key, each in world["deployments"].items() if each["health"] == "ready"}
    shop.carry("rollback")
    assert shop.traffic() == 3
    assert any("since it is missing" in each for each in shop.told(Decided))


def test_bytes_that_are_gone_are_said(shop: Shop) -> None:
    shop.write(app="keep_releases = 0")
    ups(shop, 2)
    artifact = shop.operations("build")[0].artifact
    assert artifact is not None
    shutil.rmtree(artifact.reference)
    with pytest.raises(ArtifactGoneError):
        shop.carry("rollback")
    assert shop.traffic() == 2


def test_back_to_a_run_that_was_named(shop: Shop) -> None:
    shop.write(app="keep_releases = 5")
    ups(shop, 3)
    shop.carry("rollback", target="1")
    assert shop.traffic() == 1
    with pytest.raises(OperationError, match="nothing of web was live before"):
        shop.carry("rollback")


def test_back_to_a_run_that_released_nothing_says_so(shop: Shop) -> None:
    shop.up()
    shop.carry("build")
    with pytest.raises(OperationError, match="nothing was released in default"):
        shop.carry("rollback", target="2")


def test_with_nothing_before_it_says_so_and_changes_nothing(shop: Shop) -> None:
    shop.up()
    with pytest.raises(OperationError, match="nothing of web was live before #1 in default"):
        shop.carry("rollback")
    assert shop.traffic() == 1


def test_it_undoes_the_last_run_that_released_something_with_all_its_apps_and_no_others(shop: Shop) -> None:
    shop.write(app_text("web"), app_text("api"))
    shop.up()
    shop.edit("two", "web")
    shop.edit("two", "api")
    shop.up()
    shop.edit("three", "web")
    shop.up("web")
    shop.carry("build")
    shop.carry("rollback")
    assert (shop.traffic("web"), shop.traffic("api")) == (2, 2)
    shop.carry("rollback", "api")
    assert (shop.traffic("web"), shop.traffic("api")) == (2, 1)


def test_it_undoes_a_release_whose_check_failed_and_that_is_live(shop: Shop) -> None:
    shop.write(app_text("web"), app_text("api"))
    shop.up()
    bad = app_text("web", release='use "fake" {}\nverify {\ncommand = ["false"]\n}')
    shop.write(bad, app_text("api"))
    shop.edit("two", "web")
    with pytest.raises(MilepostError):
        shop.up("web")
    assert shop.traffic("web") == 2
    shop.write(app_text("web"), app_text("api"))
    shop.carry("rollback")
    assert (shop.traffic("web"), shop.traffic("api")) == (1, 1)


def test_a_failed_check_is_no_reason_not_to_go_back_there(shop: Shop) -> None:
    shop.write(release='use "fake" {}\nverify {\ncommand = ["false"]\n}')
    with pytest.raises(MilepostError):
        shop.up()
    shop.write()
    shop.edit("two")
    shop.up()
    shop.carry("rollback")
    assert shop.traffic() == 1


def test_a_mistake_in_todays_file_keeps_nobody_from_going_back(shop: Shop) -> None:
    shop.write(app="keep_releases = 1", top="config {\nenv = { A = 1 }\n}")
    ups(shop, 2)
    shop.write(app='keep_releases = "many"\nlabels = 3')
    shop.carry("rollback")
    assert shop.traffic() == 1
    assert shop.objects() == {1: "ready", 2: "parked"}


def test_a_plugin_that_is_not_named_any_more_still_does_its_rollback(shop: Shop) -> None:
    shop.write(platform="fake")
    ups(shop, 2)
    shop.write(platform="fake-plain")
    shop.carry("rollback")
    assert shop.traffic() == 1


def test_restart_deploys_what_is_live_again_with_its_recorded_config(shop: Shop) -> None:
    shop.write(config='note = "then"')
    shop.up()
    shop.write(config='note = "now"')
    shop.carry("restart")
    config = shop.last("deploy").config
    assert config is not None
    assert config["fields"]["note"] == "then"
    assert shop.traffic() == 2


def test_a_rollback_after_a_restart_goes_to_what_was_before_both(shop: Shop) -> None:
    ups(shop, 2)
    shop.carry("restart")
    shop.carry("rollback")
    live = shop.last("deploy")
    assert shop.traffic() == live.number == 4
    assert live.artifact == shop.operations("build")[0].artifact


@pytest.mark.parametrize("verb", ["restart", "redeploy", "stop", "start"])
def test_what_needs_something_live_says_that_there_is_nothing(shop: Shop, verb: str) -> None:
    with pytest.raises(OperationError, match="nothing of web is live in default"):
        shop.carry(verb)


def test_a_deploy_takes_the_newest_artifact_of_its_workspace(shop: Shop) -> None:
    shop.carry("build")
    shop.edit("two")
    shop.carry("build")
    shop.edit("elsewhere")
    shop.carry("build", workspace="staging")
    shop.carry("deploy")
    assert shop.last("deploy").artifact == shop.operations("build")[1].artifact


def test_a_deploy_takes_the_artifact_of_the_run_that_was_named(shop: Shop) -> None:
    shop.carry("build")
    shop.edit("two")
    shop.carry("build")
    shop.carry("deploy", artifact="1")
    assert shop.last("deploy").artifact == shop.operations("build")[0].artifact


def test_what_was_built_and_not_pushed_is_not_deployed(shop: Shop) -> None:
    shop.write(build='use "fake" {}\nregistry {\nuse "fake" {}\n}')
    shop.carry("build")
    shop.edit("two")
    shop.world.trouble("push", "fail")
    with pytest.raises(OperationError):
        shop.carry("build")
    shop.carry("deploy")
    assert shop.last("deploy").build == shop.operations("push")[0].id


def test_nothing_built_yet_says_what_to_type(shop: Shop) -> None:
    with pytest.raises(OperationError, match="nothing of web was built in default yet") as caught:
        shop.carry("deploy")
    assert caught.value.hint == "milepost build web"


def test_nothing_deployed_yet_says_what_to_type(shop: Shop) -> None:
    with pytest.raises(OperationError, match="nothing of web is deployed in default") as caught:
        shop.carry("release")
    assert caught.value.hint == "milepost deploy web"


def test_the_folder_of_an_app_may_be_gone_for_a_rollback(shop: Shop) -> None:
    ups(shop, 2)
    shutil.rmtree(Path(shop.folder / "web"))
    shop.carry("rollback")
    assert shop.traffic() == 1
