"""Deployments that share one outside object: who has it now, and what a failure puts back."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.errors import HookFailedError, MilepostError, RefusedError

KEY = "default-web"


@pytest.fixture
def in_place(shop: Shop) -> Shop:
    """A shop whose app was released in place once."""
    shop.write(platform="fake-in-place")
    shop.up()
    shop.edit("two")
    return shop


def digest(shop: Shop) -> str:
    """Return what the one object is made of."""
    return str(shop.world.read()["deployments"][KEY]["digest"])


def built(shop: Shop, number: int) -> str:
    artifact = next(each.artifact for each in shop.operations("build") if each.number == number)
    assert artifact is not None
    return artifact.digest


def test_the_newer_ones_success_supersedes_the_older(in_place: Shop) -> None:
    in_place.up()
    assert in_place.presences() == {1: "superseded", 2: "released"}
    assert list(in_place.world.read()["deployments"]) == [KEY]


def test_both_are_written_in_one_transaction(in_place: Shop) -> None:
    seen: list[dict[int, str | None]] = []
    first = in_place.history.amend

    class Watching(type(in_place.history)):  # type: ignore[misc]  # the class of a value
        def amend(self, *records: object) -> None:
            first(*records)
            seen.append(in_place.presences())

    in_place.history.__class__ = Watching
    in_place.up()
    half = [each for each in seen if each.get(1) == "superseded"]
    assert half
    done = [each for each in in_place.operations("deploy") if each.number == 2]
    assert done[0].status == "success"
    assert all(each[2] in ("staged", "released") for each in half)


def test_what_is_superseded_is_not_destroyed_and_not_released(in_place: Shop) -> None:
    in_place.up()
    in_place.edit("three")
    in_place.up()
    assert "destroy" not in [each.stage for each in in_place.operations()]
    with pytest.raises(RefusedError, match="it is superseded"):
        in_place.carry("release", target="web#1/deploy")


def test_a_rollback_to_it_deploys_again(in_place: Shop) -> None:
    in_place.up()
    in_place.carry("rollback")
    assert digest(in_place) == built(in_place, 1)
    assert in_place.presences() == {1: "superseded", 2: "superseded", 3: "released"}


@pytest.mark.parametrize("point", ["made", "saved", "ready"])
def test_a_failed_one_applies_the_one_before_again_and_never_deletes_the_object(in_place: Shop, point: str) -> None:
    in_place.trouble_until("applying #1 again", point, "fail")
    with pytest.raises(MilepostError):
        in_place.up()
    assert digest(in_place) == built(in_place, 1)
    assert in_place.presences() == {1: "released", 2: "destroyed"}
    assert not in_place.parts["web"].live_changed


def test_a_cancelled_one_does_so_too(in_place: Shop) -> None:
    in_place.write(platform="fake-in-place", config='hang = "ready"')
    in_place.cancel_when("hanging at ready")
    with pytest.raises(MilepostError, match="cancelled"):
        in_place.up()
    assert digest(in_place) == built(in_place, 1)


def test_if_that_fails_too_nothing_is_live(in_place: Shop) -> None:
    in_place.world.trouble("ready", "fail")
    with pytest.raises(MilepostError):
        in_place.up()
    assert any("cleaning up failed" in each for each in in_place.last("deploy").warnings)
    assert in_place.parts["web"].live_changed


def test_a_first_one_that_fails_leaves_the_object_and_says_so(shop: Shop) -> None:
    shop.write(platform="fake-in-place", config='fail = "ready"')
    with pytest.raises(MilepostError):
        shop.up()
    assert list(shop.world.read()["deployments"]) == [KEY]
    assert any("nothing could be restored" in each for each in shop.last("deploy").warnings)


def test_an_interrupted_one_is_put_back_by_the_next_run(in_place: Shop) -> None:
    in_place.world.trouble("ready", "fail")
    with pytest.raises(MilepostError):
        in_place.up(choices={"keep_failed": True})
    assert digest(in_place) == built(in_place, 2)
    in_place.world.trouble("ready", "")
    in_place.cut(in_place.last("deploy"), presence="starting")
    in_place.carry("redeploy")
    assert "#3 restore success" in in_place.statuses()
    assert "destroy web" not in " ".join(in_place.world.log())
    assert digest(in_place) == built(in_place, 1)


def test_a_failed_after_keeps_the_object_as_it_is_now(in_place: Shop) -> None:
    in_place.write(platform="fake-in-place", deploy='hook {\nwhen = "after"\ncommand = ["false"]\n}')
    with pytest.raises(HookFailedError):
        in_place.up()
    assert digest(in_place) == built(in_place, 2)
    assert in_place.presences() == {1: "superseded", 2: "staged"}
