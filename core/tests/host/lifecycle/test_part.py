"""One app's part from build to release: what is recorded, what is live, what is left."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.errors import MilepostError


def test_up_builds_deploys_and_releases(shop: Shop) -> None:
    shop.up()
    assert shop.statuses() == ["#1 build success", "#1 deploy success", "#1 release success"]
    assert shop.traffic() == 1
    assert shop.objects() == {1: "ready"}


def test_the_second_up_parks_the_first(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    assert shop.traffic() == 2
    assert shop.objects() == {1: "parked", 2: "ready"}
    assert shop.presences() == {1: "parked", 2: "released"}


def test_the_third_up_destroys_the_first(shop: Shop) -> None:
    for text in ("one", "two", "three"):
        shop.edit(text)
        shop.up()
    assert shop.objects() == {2: "parked", 3: "ready"}
    assert shop.presences() == {1: "destroyed", 2: "parked", 3: "released"}


def test_a_failed_deploy_leaves_the_live_one_serving(shop: Shop) -> None:
    shop.up()
    shop.write(config='fail = "ready"')
    with pytest.raises(MilepostError, match=r"web\.1 exited 1"):
        shop.up()
    assert shop.traffic() == 1
    assert shop.objects() == {1: "ready"}
    assert not shop.parts["web"].live_changed
