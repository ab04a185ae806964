"""An `up` with nothing new: build runs, deploy and release point at what is live."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.events import Decided


def test_the_same_artifact_and_config_are_recorded_unchanged_and_point_at_the_live_ones(shop: Shop) -> None:
    shop.up()
    deploy, release = shop.last("deploy"), shop.last("release")
    shop.up()
    assert shop.statuses()[3:] == ["#2 build success", "#2 deploy unchanged", "#2 release unchanged"]
    assert shop.last("deploy").same_as == deploy.id
    assert shop.last("release").same_as == release.id
    assert shop.traffic() == 1


def test_build_and_push_run_as_always(shop: Shop) -> None:
    shop.write(build='use "fake" {}\nregistry {\nuse "fake" {}\n}')
    shop.up()
    shop.up()
    assert shop.world.log().count("build web") == 2
    assert shop.world.log().count("push web") == 2
    assert shop.last("release").status == "unchanged"


@pytest.mark.parametrize(
    "blocks",
    [
        {"config": 'note = "another"'},
        {"top": 'config {\nenv = { A = "2" }\n}'},
        {"app": "port = 8081"},
        {"app": 'strategy = "start-first"'},
        {"build": 'use "fake" { text = "other" }'},
    ],
)
def test_another_config_is_deployed(shop: Shop, blocks: dict[str, str]) -> None:
    shop.up()
    shop.write(**blocks)
    shop.up()
    assert shop.last("release").status == "success"
    assert shop.traffic() == 2


def test_another_secret_is_another_config_and_the_same_is_the_same(shop: Shop) -> None:
    top = 'variable "password" {\nsensitive = true\n}\nconfig {\nenv = { PW = var.password }\n}'
    shop.write(top=top)
    shop.up(variables={"password": "hunter22"})
    shop.up(variables={"password": "hunter22"})
    assert shop.last("release").status == "unchanged"
    shop.up(variables={"password": "hunter23"})
    assert shop.traffic() == 3


def test_force_deploys_anyway(shop: Shop) -> None:
    shop.up()
    shop.up(choices={"force": True})
    assert shop.traffic() == 2


def test_what_is_live_and_not_healthy_is_deployed_again(shop: Shop) -> None:
    shop.up()
    with shop.world.change() as world:
        next(iter(world["deployments"].values()))["health"] = "down"
    shop.up()
    assert shop.traffic() == 2
    assert "deploys, since what is live is down" in shop.told(Decided)


def test_a_release_that_the_releaser_does_not_confirm_is_no_nothing_to_do(shop: Shop) -> None:
    shop.up()
    with shop.world.change() as world:
        world["routes"].clear()
    shop.up()
    assert shop.traffic() == 2


def test_an_artifact_that_has_been_live_before_is_released_again(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    shop.edit("hello")
    shop.up()
    assert shop.last("release").status == "success"
    assert shop.traffic() == 3


def test_redeploy_takes_the_live_artifact_with_todays_config(shop: Shop) -> None:
    shop.up()
    shop.edit("not this one")
    shop.carry("build")
    shop.write(config='note = "today"')
    shop.carry("redeploy")
    deploy = shop.last("deploy")
    assert deploy.artifact == shop.operations("build")[0].artifact
    assert deploy.build == shop.operations("build")[0].id
    assert deploy.config is not None
    assert deploy.config["fields"]["note"] == "today"
    assert shop.traffic() == 3


def test_a_platform_without_artifact_is_always_deployed(shop: Shop) -> None:
    shop.write(build="")
    shop.up()
    shop.up()
    assert shop.traffic() == 2
