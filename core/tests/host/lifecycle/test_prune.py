"""Pruning after a release: who is kept, who goes, and who must be waited for."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.events import Warned


def ups(shop: Shop, count: int) -> None:
    for number in range(count):
        shop.edit(f"version {len(shop.history.runs()) + number}")
        shop.up()


def test_keep_releases_former_ones_are_kept(shop: Shop) -> None:
    shop.write(app="keep_releases = 2")
    ups(shop, 4)
    assert shop.objects() == {2: "parked", 3: "parked", 4: "ready"}


def test_none_is_kept_when_none_is_wanted(shop: Shop) -> None:
    shop.write(app="keep_releases = 0")
    ups(shop, 2)
    assert shop.objects() == {2: "ready"}


def test_they_are_ordered_by_their_last_release(shop: Shop) -> None:
    ups(shop, 2)
    shop.carry("rollback")
    ups(shop, 1)
    assert shop.objects() == {1: "parked", 4: "ready"}


def test_what_was_staged_after_the_live_one_is_kept_and_what_was_before_is_not(shop: Shop) -> None:
    shop.up()
    shop.edit("staged")
    shop.carry("build")
    shop.carry("deploy")
    shop.edit("released")
    shop.up()
    assert shop.presences() == {1: "parked", 3: "destroyed", 4: "released"}
    shop.edit("newer")
    shop.carry("build")
    shop.carry("deploy")
    shop.carry("release", target="web#1/deploy")
    assert shop.presences()[6] == "staged"


def test_a_rollback_never_prunes(shop: Shop) -> None:
    shop.write(app="keep_releases = 0")
    shop.up()
    shop.write(app="keep_releases = 1")
    shop.edit("two")
    shop.up()
    shop.write(app="keep_releases = 0")
    shop.carry("rollback")
    assert shop.objects() == {1: "ready", 2: "parked"}


def test_nothing_goes_before_its_drain_is_over_and_the_next_run_takes_it(shop: Shop) -> None:
    shop.write(app="keep_releases = 0", release='use "fake" {\ndrain = 30\n}')
    ups(shop, 2)
    assert shop.objects() == {1: "ready", 2: "ready"}
    shop.clock.advance(31)
    shop.up()
    assert shop.objects() == {2: "ready"}


def test_nothing_is_pruned_when_it_is_not_wanted(shop: Shop) -> None:
    shop.write(app="keep_releases = 0")
    shop.up()
    shop.edit("two")
    shop.up(choices={"prune": False})
    assert shop.objects() == {1: "parked", 2: "ready"}


@pytest.mark.parametrize("kind", ["fail", "bug"])
def test_a_prune_that_fails_is_a_warning_on_a_release_that_succeeded(shop: Shop, kind: str) -> None:
    shop.write(app="keep_releases = 0")
    shop.up()
    shop.world.trouble("destroy", kind)
    shop.edit("two")
    shop.up()
    assert shop.last("release").status == "success"
    assert any("#1 could not be destroyed" in each for each in shop.told(Warned))
    assert shop.last("destroy").status == "error"


def test_each_destroy_is_an_operation_of_its_own_that_names_its_target(shop: Shop) -> None:
    ups(shop, 3)
    destroy = shop.last("destroy")
    assert destroy.number == 3
    assert destroy.target == shop.operations("deploy")[0].id


def test_workspaces_do_not_prune_each_other(shop: Shop) -> None:
    shop.write(app="keep_releases = 0")
    shop.up(workspace="staging")
    ups(shop, 2)
    assert shop.traffic(workspace="staging") == 1
    assert 1 in shop.objects()
