"""What stands on another machine is not asked about, changed or declared missing from here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.host.lifecycle.elsewhere import elsewhere
from milepost.sdk.errors import RefusedError
from milepost.sdk.events import Warned
from milepost.testing.distribution import installed
from milepost.testing.store import MemoryStore

SOLO = """
from milepost.sdk import DefaultReleaser, PlatformOffer, hookimpl
from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig, FakePlatformState, exposed


@hookimpl
def milepost_platform(word):
    return PlatformOffer(config=FakePlatformConfig, state=FakePlatformState, accepts=("file-tree/1",),
                         exposes=exposed, load=lambda: FakePlatform, parks=True, files=True, one_machine=True,
                         default_releaser=DefaultReleaser(word="fake"))
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with a shared history and a platform of one machine."""
    with soloist(tmp_path, MemoryStore(lease_seconds=600.0)) as shop:
        yield shop


@contextmanager
def soloist(folder: Path, store: MemoryStore) -> Iterator[Shop]:
    """Yield a shop with a platform of one machine."""
    shop = Shop(folder, store)
    shop.install("solo", "platform", SOLO)
    shop.write(platform="solo")
    with installed(shop.site):
        yield shop


def move_away(shop: Shop) -> None:
    """Make all look as if another machine had made it."""
    for each in shop.operations():
        writer = msgspec.structs.replace(each.writer, host="laptop")
        shop.history.amend(msgspec.structs.replace(each, writer=writer))


@pytest.mark.parametrize("verb", ["up", "deploy", "redeploy", "restart", "rollback", "stop", "start", "destroy"])
def test_every_verb_that_changes_something_is_refused_before_anything_is_done(shop: Shop, verb: str) -> None:
    shop.up()
    shop.edit("again")
    shop.up()
    move_away(shop)
    before, made = shop.world.read(), shop.statuses()
    with pytest.raises(RefusedError, match=r"web in default stands on laptop \(#2, #1\)") as refused:
        shop.carry(verb)
    assert "run it on laptop" in refused.value.hint
    assert "-w" in refused.value.hint
    assert "--force" in refused.value.hint
    assert (shop.world.read(), shop.statuses()) == (before, made)


def test_a_build_changes_nothing_and_is_made_anywhere(shop: Shop) -> None:
    shop.up()
    move_away(shop)
    shop.edit("again")
    shop.carry("build")
    assert shop.statuses()[-1] == "#2 build success"


def test_another_workspace_is_another_place(shop: Shop) -> None:
    shop.up()
    move_away(shop)
    shop.up(workspace="mine")
    assert shop.traffic(workspace="mine") == 2
    assert shop.traffic() == 1


def test_what_a_dead_run_left_on_another_machine_is_not_cleared_away(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    shop.cut(shop.last("deploy"), presence="starting")
    move_away(shop)
    with pytest.raises(RefusedError):
        shop.up()
    assert shop.presences() == {1: "released", 2: "starting"}


def test_with_force_it_is_forgotten_and_nothing_of_it_is_touched(shop: Shop) -> None:
    shop.up()
    move_away(shop)
    there = shop.world.read()["deployments"]
    shop.up(choices={"force": True})
    assert shop.presences() == {1: "forgotten", 2: "released"}
    assert "#1 on laptop is forgotten; nothing was touched there, and what is left there is an orphan" in shop.told(
        Warned
    )
    assert "forgotten by #2" in shop.operations("deploy")[0].warnings[-1]
    assert there.items() <= shop.world.read()["deployments"].items()


def test_a_platform_that_all_machines_reach_is_changed_from_any(shop: Shop) -> None:
    shop.write()
    shop.up()
    move_away(shop)
    shop.edit("again")
    shop.up()
    assert shop.traffic() == 2


def test_a_history_of_this_machine_alone_knows_no_other(tmp_path: Path) -> None:
    with soloist(tmp_path, MemoryStore()) as shop:
        shop.up()
        move_away(shop)
        assert elsewhere(shop.bench, "web", "default") == []
        shop.carry("restart")
        assert shop.traffic() == 2
