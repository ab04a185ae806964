"""What is live: the releaser's answer, and the history where nobody can be asked."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.host.lifecycle.live import ask_health, find_live
from milepost.sdk.errors import OperationError


def live(shop: Shop) -> int | None:
    found = find_live(shop.bench, shop.parts["web"].subject).deployment
    return found.number if found else None


def two(shop: Shop, **blocks: str) -> None:
    shop.write(**blocks)
    shop.up()
    shop.edit("two")
    shop.up()


def test_nothing_is_live_before_the_first_release(shop: Shop) -> None:
    shop.carry("build")
    assert live(shop) is None


def test_the_releasers_answer_wins_over_the_history(shop: Shop) -> None:
    two(shop)
    with shop.world.change() as world:
        world["routes"]["shop/default/web"] = shop.operations("deploy")[0].id
    assert live(shop) == 1


def test_what_the_history_does_not_know_is_not_ours(shop: Shop) -> None:
    shop.up()
    with shop.world.change() as world:
        world["routes"]["shop/default/web"] = "01SOMEBODYELSE"
    assert live(shop) is None


def test_where_no_releaser_can_be_asked_the_history_tells(shop: Shop) -> None:
    two(shop, config="worker = true")
    assert live(shop) == 2


def test_what_was_destroyed_is_not_live(shop: Shop) -> None:
    shop.write(config="worker = true")
    shop.up()
    shop.carry("destroy", target="web#1/deploy", choices={"live": True})
    assert live(shop) is None


def test_a_failed_release_through_another_releaser_does_not_hide_what_is_live(shop: Shop) -> None:
    shop.up()
    shop.install("other", "releaser", OTHER)
    shop.write(release='use "other" {}')
    shop.edit("two")
    with pytest.raises(OperationError):
        shop.up()
    assert live(shop) == 1


OTHER = """
from milepost.sdk import OperationError, PluginConfig, ReleaserOffer, hookimpl
from milepost.testing.fakes.releaser import FakeReleaserState

class Releaser:
    def __init__(self, config): pass
    def release(self, deployment, previous, step):
        raise OperationError("not today")
    def current(self, step):
        return None

@hookimpl
def milepost_releaser(word):
    return ReleaserOffer(config=PluginConfig, state=FakeReleaserState, accepts=("http-endpoint/1",),
                         load=lambda: Releaser)
"""


def test_a_platform_that_cannot_answer_is_unknown_not_an_error(shop: Shop) -> None:
    shop.up()
    shop.world.trouble("status", "fail")
    health = ask_health(shop.bench, shop.parts["web"].subject, shop.last("deploy"))
    assert health.name == "unknown"
    assert "told to fail at status" in health.message


def test_asking_writes_nothing(shop: Shop) -> None:
    shop.up()
    before = shop.store.version()
    ask_health(shop.bench, shop.parts["web"].subject, shop.last("deploy"))
    live(shop)
    assert shop.store.version() == before
