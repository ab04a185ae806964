"""Weights: a part of the traffic for a trial, which a release or an abort ends."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import OperationError, RefusedError
from milepost.sdk.events import Decided


@pytest.fixture
def staged(shop: Shop) -> Shop:
    """Give a shop where #1 is live and #2 is staged."""
    shop.up()
    shop.edit("two")
    shop.carry("build", "web")
    shop.carry("deploy", "web")
    return shop


def shares(shop: Shop) -> dict[int, int]:
    """Return who but the live one gets how many percent, by run."""
    return {shop.history.operation(each).number: weight for each, weight in shop.world.read()["shares"].values()}  # type: ignore[union-attr]  # the shop's own


def test_a_part_of_the_traffic_goes_to_what_is_staged_and_the_rest_stays(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    assert shares(staged) == {3: 10}
    assert staged.traffic() == 1
    weighed = staged.last("weigh")
    assert (weighed.weight, weighed.status) == (10, "success")
    assert weighed.release is not None


def test_the_part_can_be_another_one(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    staged.carry("release", "web", choices={"weight": 60})
    assert shares(staged) == {3: 60}


def test_a_trial_parks_prunes_and_releases_nothing(staged: Shop) -> None:
    before = staged.presences()
    staged.carry("release", "web", choices={"weight": 10})
    assert staged.presences() == before
    assert len(staged.operations("release")) == 1


def test_finish_releases_what_is_on_trial(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    staged.carry("release", "web", choices={"finish": True})
    assert staged.traffic() == 3
    assert shares(staged) == {}
    assert staged.presences() == {1: "parked", 3: "released"}


def test_abort_sends_all_to_what_is_live_and_leaves_the_other_staged(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    staged.carry("release", "web", choices={"abort": True})
    assert (staged.traffic(), shares(staged)) == (1, {})
    assert staged.presences()[3] == "staged"
    assert staged.last("weigh").weight == 0


def test_nothing_to_finish_is_said_so(staged: Shop) -> None:
    with pytest.raises(OperationError, match="nothing to finish"):
        staged.carry("release", "web", choices={"finish": True})


def test_finish_of_another_one_is_refused(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    with pytest.raises(RefusedError, match="another deployment"):
        staged.carry("release", target="web#1/deploy", choices={"finish": True})


def test_what_is_live_cannot_be_on_trial(shop: Shop) -> None:
    shop.up()
    with pytest.raises(OperationError, match="is live already"):
        shop.carry("release", "web", choices={"weight": 10})


def test_without_anything_live_there_is_no_rest(shop: Shop) -> None:
    shop.carry("build", "web")
    shop.carry("deploy", "web")
    with pytest.raises(OperationError, match="nothing of web is live"):
        shop.carry("release", "web", choices={"weight": 10})


def test_one_that_does_not_run_is_refused(staged: Shop) -> None:
    staged.carry("release", "web")
    with pytest.raises(RefusedError, match="is parked"):
        staged.carry("release", target="web#1/deploy", choices={"weight": 10})


def test_what_gets_a_part_cannot_be_destroyed(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    with pytest.raises(RefusedError, match="gets a part of the traffic"):
        staged.carry("destroy", target="web#3/deploy")


def test_an_up_ends_the_trial_of_another_one_and_says_so(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    staged.edit("three")
    staged.up()
    assert shares(staged) == {}
    told = [each.text for each in staged.events if isinstance(each, Decided)]
    assert "this ends the trial of #3, which got 10 % of the traffic" in told


def test_a_rollback_goes_back_to_no_trial(staged: Shop) -> None:
    staged.carry("release", "web", choices={"weight": 10})
    staged.carry("release", "web", choices={"finish": True})
    staged.carry("rollback")
    assert staged.traffic() == 1


def test_a_releaser_that_cannot_is_named(shop: Shop) -> None:
    shop.write(app_text(platform="fake-plain"))
    shop.up()
    shop.edit("two")
    shop.carry("build", "web")
    shop.carry("deploy", "web")
    with pytest.raises(OperationError, match="what has no releaser cannot send a part of the traffic"):
        shop.carry("release", "web", choices={"weight": 10})
