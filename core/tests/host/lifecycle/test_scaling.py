"""Scale: what is live gets another number of replicas, its releaser hears of them, and only then some go."""

from __future__ import annotations

from typing import Any

import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import OperationError


def to(number: int) -> dict[str, Any]:
    """Return the choices of a scale of web."""
    return {"replicas": {"web": number}}


def test_the_new_replicas_are_there_before_the_traffic_and_the_old_ones_go_after_it(shop: Shop) -> None:
    shop.up()
    before = len(shop.world.log())
    shop.carry("scale", "web", choices=to(3))
    deploy = shop.last("deploy")
    told = [each.split()[0] for each in shop.world.log()[before:]]
    assert told == ["scale", "release", "trim"]
    assert deploy.deployment is not None
    assert len(deploy.deployment.endpoints) == 3


def test_fewer_replicas_are_no_endpoints_any_more(shop: Shop) -> None:
    shop.up()
    shop.carry("scale", "web", choices=to(3))
    shop.carry("scale", "web", choices=to(2))
    deploy = shop.last("deploy")
    assert deploy.deployment is not None
    assert len(deploy.deployment.endpoints) == 2
    assert (shop.last("scale").label, shop.last("scale").replicas) == ("trim", 2)


def test_the_same_deployment_stays_live_and_rollback_goes_where_it_went(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    shop.carry("scale", "web", choices=to(3))
    assert shop.traffic() == 2
    shop.carry("rollback")
    assert shop.traffic() == 1


def test_what_is_not_live_cannot_be_scaled(shop: Shop) -> None:
    with pytest.raises(OperationError, match="nothing of web is live"):
        shop.carry("scale", "web", choices=to(3))


def test_what_is_stopped_cannot_be_scaled(shop: Shop) -> None:
    shop.up()
    shop.carry("stop", "web")
    with pytest.raises(OperationError, match="web#1 is stopped"):
        shop.carry("scale", "web", choices=to(3))


def test_a_platform_that_cannot_is_named(shop: Shop) -> None:
    shop.write(app_text(platform="fake-plain"))
    shop.up()
    with pytest.raises(OperationError, match="fake-plain cannot change the number of replicas"):
        shop.carry("scale", "web", choices=to(3))
