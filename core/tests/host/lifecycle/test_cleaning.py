"""Cleaning up after the last deployment, and volumes, which go only when they are asked for."""

from __future__ import annotations

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.events import Said, Warned

CLEANED = "clean up web in default"


def test_when_nothing_of_an_app_stands_its_platform_and_releaser_clean_up(shop: Shop) -> None:
    shop.up()
    shop.carry("destroy", "web")
    assert shop.world.log()[-2:] == [CLEANED, CLEANED]
    cleaned = [(each.plugin.role, each.status) for each in shop.operations("destroy")[-2:] if each.plugin]
    assert cleaned == [("platform", "success"), ("releaser", "success")]


def test_while_something_stands_nobody_cleans_up(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    shop.carry("destroy", target="web#1/deploy")
    assert CLEANED not in shop.world.log()


def test_the_last_one_that_is_destroyed_by_its_name_is_cleaned_up_after(shop: Shop) -> None:
    shop.carry("build")
    shop.carry("deploy")
    shop.carry("destroy", target="web#2/deploy")
    assert shop.world.log().count(CLEANED) == 1


def test_a_clean_up_that_fails_is_a_warning_that_is_recorded(shop: Shop) -> None:
    shop.up()
    shop.world.trouble("clean-up", "fail")
    shop.carry("destroy", "web")
    assert shop.objects() == {}
    told = "cleaning up by fake failed: the fake was told to fail at clean-up"
    assert shop.told(Warned) == [told, told]
    assert shop.last("destroy").warnings == (told,)


def test_a_bug_in_a_clean_up_does_not_fail_the_destroy(shop: Shop) -> None:
    shop.up()
    shop.world.trouble("clean-up", "bug")
    shop.carry("destroy", "web")
    assert "the fake was told to have a bug" in shop.told(Warned)[0]


def test_a_platform_that_cannot_clean_up_is_not_asked(shop: Shop) -> None:
    shop.write(platform="fake-plain")
    shop.up()
    shop.carry("destroy", "web")
    assert [each.label for each in shop.operations("destroy")] == ["destroy"]


def test_volumes_stay_and_it_is_said_which(shop: Shop) -> None:
    shop.write(config="volume = true")
    shop.up()
    shop.carry("destroy", "web")
    assert shop.world.read()["volumes"] == {"default-web-data": "data"}
    assert "the volume default-web-data stays" in shop.told(Said)


def test_volumes_go_where_they_are_asked_for_and_that_is_kept_with_the_operation(shop: Shop) -> None:
    shop.write(config="volume = true")
    shop.up()
    shop.carry("destroy", "web", choices={"volumes": True})
    assert shop.world.read()["volumes"] == {}
    (destroyed,) = [each for each in shop.operations("destroy") if each.label == "destroy"]
    kept = [line.text for line in shop.store.read_output(destroyed.id)]
    assert any("the volumes of #1 go, too" in line for line in kept)


def test_what_an_earlier_destroy_has_left_goes_with_a_later_one(shop: Shop) -> None:
    shop.write(config="volume = true")
    shop.up()
    shop.carry("destroy", "web")
    shop.carry("destroy", "web", choices={"volumes": True})
    assert shop.world.read()["volumes"] == {}


def test_pruning_touches_no_volume(shop: Shop) -> None:
    shop.write(config="volume = true", app="keep_releases = 0")
    shop.up()
    shop.edit("two")
    shop.up()
    assert shop.presences()[1] == "destroyed"
    assert shop.world.read()["volumes"] == {"default-web-data": "data"}
