"""`release --weight`, `--finish`, `--abort` and `scale`, in processes of their own."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def staged(shop: Any) -> Any:
    """Give a shop where #1 is live and #3 is staged."""
    shop("up")
    shop("build", "--var", "tag=two")
    shop("deploy", "--var", "tag=two")
    return shop


def test_a_part_of_the_traffic_is_told_with_what_ends_the_trial(staged: Any) -> None:
    told = staged("release", "--weight", "10").stdout
    assert "SPLIT  web   10 % to #3, 90 % to #1" in told
    assert "milepost release web --finish, or --abort" in told
    assert "Split   web   10 % to #3, the rest to #1" in staged("status").stdout
    ((deployment, percent),) = staged.document("status")["apps"][0]["trials"]
    assert (deployment["number"], percent) == (3, 10)


def test_finish_makes_it_live_and_nothing_is_split_any_more(staged: Any) -> None:
    staged("release", "--weight", "10")
    assert "#3 replaced #1" in staged("release", "--finish").stdout
    assert "Split" not in staged("status").stdout
    assert "nothing to finish" in staged("release", "--finish", status=1).stdout


def test_abort_leaves_all_traffic_where_it_was(staged: Any) -> None:
    staged("release", "--weight", "10")
    assert "ABORTED  web   all traffic goes to #1" in staged("release", "--abort").stdout
    assert "Split" not in staged("status").stdout


@pytest.mark.parametrize("weight", ["0", "100", "-1"])
def test_a_weight_that_is_no_part_is_refused(shop: Any, weight: str) -> None:
    assert "expected 1 to 99" in shop("release", "--weight", weight, status=2).stderr


def test_one_end_of_a_trial_at_a_time(shop: Any) -> None:
    assert "cannot be given together" in shop("release", "--finish", "--abort", status=2).stderr


def test_scale_changes_what_is_live(shop: Any) -> None:
    shop("up")
    assert "LIVE" in shop("scale", "web=3").stdout
    (deployment,) = shop.world.read()["deployments"].values()
    assert len(deployment["addresses"]) == 3


@pytest.mark.parametrize("word", ["web", "web=", "web=0", "web=x", "web=-1"])
def test_what_is_no_number_of_replicas_is_refused(shop: Any, word: str) -> None:
    assert "is not APP=REPLICAS" in shop("scale", word, status=2).stderr


def test_scale_names_an_app_that_is_not_there(shop: Any) -> None:
    assert "did you mean 'web'" in shop("scale", "wbe=2", status=2).stderr
