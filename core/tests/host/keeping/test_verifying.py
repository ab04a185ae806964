"""Verification of what a store holds, and its figures."""

from __future__ import annotations

from typing import Any

import pytest

from core.tests.host.keeping.shop import Shop
from milepost.host.keeping.retention import Wish, prune
from milepost.host.keeping.stats import stats
from milepost.host.keeping.verifying import verify
from milepost.host.project.keep import Keep, Rule
from milepost.sdk.store import Document, OutputLine
from milepost.testing.store import MemoryStore


@pytest.fixture
def shop() -> Shop:
    shop = Shop(MemoryStore())
    for _ in range(4):
        shop.up()
    return shop


def deploy_of(shop: Shop) -> Document:
    """Return the deploy that is live."""
    return shop.store.latest("operation", {"stage": "deploy"}, 1)[0]


def test_a_sound_history_has_no_damage(shop: Shop) -> None:
    found = verify(shop.store)
    assert (found.runs, found.operations, found.lines, found.damage) == (4, 12, 12, ())
    assert found.remarks == ()


def test_what_was_pruned_is_remarked_and_no_damage(shop: Shop) -> None:
    for _ in range(3):
        shop.build()
    prune(shop.store, Wish(Keep(Rule(runs=1)), {}, shop.now))
    found = verify(shop.store)
    assert found.damage == ()
    assert found.remarks == ("records that were pruned are referred to 1 times",)


def test_a_record_of_a_newer_milepost_is_remarked_and_no_damage(shop: Shop) -> None:
    shop.store.amend([{**deploy_of(shop), "schema": 2, "presence": "hibernating"}])
    found = verify(shop.store)
    assert found.damage == ()
    assert found.remarks == ("records of a newer milepost, which knows what they say: 1",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"started": "soon"}, "cannot be understood"),
        ({"run": "01NOBODY"}, "is of the run 01NOBODY, which is not there"),
        ({"build": "01NOTHING"}, "stands, and its build 01NOTHING is not there"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(shop: Shop, change: dict[str, Any], sentence: str) -> None:
    shop.store.amend([{**deploy_of(shop), **change}])
    assert any(sentence in each for each in verify(shop.store).damage)


def test_numbers_that_two_have_are_said(shop: Shop) -> None:
    run, operation = shop.store.latest("run", {}, 1)[0], deploy_of(shop)
    shop.store.admit([{**run, "id": "02A"}, {**operation, "id": "02B"}])
    damage = " ".join(verify(shop.store).damage)
    assert "both have the number 4" in damage
    assert "are both web deploy 4" in damage
    shop.store.remove(["02A", "02B"])
    shop.store.admit([{**run, "id": "02A", "store": "ci"}, {**operation, "id": "02B", "run": "02A", "store": "ci"}])
    assert verify(shop.store).damage == ()


def test_a_gap_in_the_output_is_said_unless_lines_were_left_out(shop: Shop) -> None:
    deploy = deploy_of(shop)
    shop.store.write_output(deploy["id"], [OutputLine(4, shop.now.isoformat(), "plugin", "stdout", "late")])
    assert verify(shop.store).damage == (f"the output of {deploy['id']} has no line 2",)
    shop.store.amend([{**deploy, "unkept": 2}])
    assert verify(shop.store).damage == ()


def test_output_that_is_lost_is_said_and_output_that_was_removed_is_not(shop: Shop) -> None:
    deploy = deploy_of(shop)
    shop.store.amend([{**deploy, "printed": 1}])
    assert verify(shop.store).damage == ()
    shop.store.drop_output([deploy["id"]])
    assert verify(shop.store).damage == (f"of the 1 lines that {deploy['id']} printed, 0 are there",)
    shop.store.amend([{**deploy, "printed": 1, "store": "ci"}])
    assert verify(shop.store).damage == ()


def test_output_that_was_removed_for_its_age_is_no_damage(shop: Shop) -> None:
    shop.store.amend([{**each, "printed": 1} for each in shop.store.latest("operation", {})])
    assert prune(shop.store, Wish(Keep(Rule(output=1.0)), {}, shop.now)).lines == 9
    assert verify(shop.store).damage == ()


def test_a_missing_key_of_fingerprints_is_remarked_where_there_are_any(shop: Shop) -> None:
    assert verify(shop.store, has_key=False).remarks == ()
    shop.store.amend([{**deploy_of(shop), "fingerprint": "1-2"}])
    assert "has not the key" in verify(shop.store, has_key=False).remarks[0]


def test_the_figures_are_those_of_the_history(shop: Shop) -> None:
    shop.build(app="worker", workspace="staging")
    found = stats(shop.store)
    assert (found.runs, found.operations) == (5, 13)
    assert found.verbs == {"up": 4, "build": 1}
    assert found.stages == {"build": 5, "deploy": 4, "release": 4}
    assert found.apps == {"web": 12, "worker": 1}
    assert found.workspaces == {"default": 4, "staging": 1}
    assert (found.oldest, found.newest) == ("2026-03-04T12:00:00+00:00", "2026-03-08T12:00:00+00:00")
    assert found.megabytes_a_month is not None


def test_a_history_of_one_day_has_no_rate() -> None:
    assert stats(MemoryStore()).megabytes_a_month is None
    shop = Shop(MemoryStore())
    shop.up()
    assert stats(shop.store).megabytes_a_month is None
