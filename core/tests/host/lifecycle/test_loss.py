"""Artifacts that are gone when they are needed: who says so, where it is recorded, what there is to do."""

from __future__ import annotations

import msgspec
import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.errors import ArtifactGoneError


def lose_images(shop: Shop) -> None:
    with shop.world.change() as world:
        world["images"] = {}


def twice(shop: Shop) -> None:
    shop.write(build='use "fake-image" {}', platform="fake-engine", app="keep_releases = 0")
    shop.commit = "1a2b3c4d5e6f7a8b9c0d"
    shop.up()
    shop.commit = "ffffffffffffffffffff"
    shop.edit("two")
    shop.up()


def test_a_rollback_to_an_image_that_is_gone_says_how_to_build_it_again(shop: Shop) -> None:
    twice(shop)
    lose_images(shop)
    with pytest.raises(ArtifactGoneError, match=r"web:milepost-.* cannot be used: nobody has it any more") as caught:
        shop.carry("rollback")
    assert caught.value.hint == "git switch --detach 1a2b3c4d5e6f, then milepost up web builds it again"
    assert shop.traffic() == 2


def test_the_records_of_the_rollback_and_of_the_build_say_that_it_is_gone(shop: Shop) -> None:
    twice(shop)
    lose_images(shop)
    with pytest.raises(ArtifactGoneError):
        shop.carry("rollback")
    failure = shop.last("deploy").failure
    assert failure is not None
    assert (failure.code, failure.hint.partition(",")[0]) == ("artifact-gone", "git switch --detach 1a2b3c4d5e6f")
    assert [each.gone for each in shop.operations("build")] == ["found to be gone by #3", ""]


def test_what_was_not_committed_is_said_and_without_a_commit_there_is_only_the_folder(shop: Shop) -> None:
    twice(shop)
    lose_images(shop)
    first = shop.operations("deploy")[0]
    assert first.source is not None
    shop.history.amend(msgspec.structs.replace(first, source=msgspec.structs.replace(first.source, dirty=True)))
    with pytest.raises(ArtifactGoneError) as caught:
        shop.carry("rollback")
    assert caught.value.hint.endswith("builds it again; it had changes that were not committed")
    shop.history.amend(msgspec.structs.replace(first, source=msgspec.structs.replace(first.source, commit=None)))
    with pytest.raises(ArtifactGoneError) as caught:
        shop.carry("rollback")
    assert caught.value.hint == "milepost up web builds it again, of the folder as it is today"


def test_what_is_gone_before_it_is_pushed_elsewhere_is_said_in_the_push(shop: Shop) -> None:
    shop.write(build='use "fake-image" {}', platform="fake-engine")
    shop.up(workspace="staging")
    lose_images(shop)
    shop.write(build='use "fake-image" {}\nregistry {\nuse "fake-images" {}\n}', platform="fake-engine")
    with pytest.raises(ArtifactGoneError):
        shop.carry("promote", target="1", workspace="production")
    assert shop.last("push").status == "error"
    assert shop.operations("build")[0].gone == "found to be gone by #2"
