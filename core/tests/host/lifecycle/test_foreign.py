"""Objects of this app that another history made."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.errors import RefusedError


def stranger(shop: Shop, **labels: str) -> None:
    """Put an object into the world that another history made."""
    own = {"project": "shop", "app": "web", "workspace": "default", "store": "01OTHERSTORE", **labels}
    with shop.world.change() as world:
        world["deployments"]["strange"] = {
            "health": "ready",
            "labels": {f"milepost/{name}": value for name, value in own.items()},
        }


def test_they_are_refused_by_name_before_anything_is_changed(shop: Shop) -> None:
    stranger(shop)
    with pytest.raises(RefusedError, match="objects of the history 01OTHERSTORE: object strange"):
        shop.up()
    assert shop.statuses() == ["#1 build success"]


def test_the_message_says_which_history_this_is(shop: Shop) -> None:
    stranger(shop)
    with pytest.raises(RefusedError, match=f"this one is {shop.store.id} at memory"):
        shop.up()


@pytest.mark.parametrize("labels", [{"app": "api"}, {"workspace": "staging"}, {"project": "other"}])
def test_those_of_others_do_not_matter(shop: Shop, labels: dict[str, str]) -> None:
    stranger(shop, **labels)
    shop.up()
    assert shop.traffic() == 1


@pytest.mark.parametrize("verb", ["rollback", "restart", "destroy", "redeploy"])
def test_every_changing_run_looks(shop: Shop, verb: str) -> None:
    shop.up()
    stranger(shop)
    with pytest.raises(RefusedError, match="01OTHERSTORE"):
        shop.carry(verb, "web")


def test_force_goes_on_beside_them(shop: Shop) -> None:
    stranger(shop)
    shop.up("web", choices={"force": True})
    assert shop.traffic() == 1


def test_a_platform_that_cannot_look_is_not_asked(shop: Shop) -> None:
    stranger(shop)
    shop.write(platform="fake-plain")
    shop.up()
    assert shop.last("release").status == "success"


def test_looking_leaves_no_record(shop: Shop) -> None:
    shop.up()
    assert shop.statuses() == ["#1 build success", "#1 deploy success", "#1 release success"]
