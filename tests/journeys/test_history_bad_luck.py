"""Bad luck with the history: kills at aimed writes, a disk that fills in a deploy, a clock put back, a newer file."""

from __future__ import annotations

import os
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys import truth
from tests.journeys.aimed import AimedCampaign
from tests.journeys.aimed_keeping import KeepingCampaign
from tests.journeys.aiming import aim
from tests.journeys.flight import Flight, begins
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place, text_of
from tests.journeys.programs import DEPLOY, PROJECT, project
from tests.journeys.test_surroundings import mounted

HOOK = 'hook {{\n when = "{when}"\n command = ["sh", "-c", {command}]\n }}\n'


@pytest.mark.slow
def test_a_run_that_dies_at_a_write_of_its_history_loses_nothing_that_was_told(shop: Place) -> None:
    shop.up()
    campaign = AimedCampaign(aim(shop), 5)
    campaign.wage(5)
    assert sum(": not reached" in each for each in campaign.told) <= 2, campaign.told


@pytest.mark.slow
def test_a_prune_a_move_and_a_migration_that_die_at_a_write_are_done_again(shop: Place) -> None:
    campaign = KeepingCampaign(aim(shop), 5)
    campaign.wage(6)
    assert sum(": not reached" in each for each in campaign.told) <= 2, campaign.told


def filling(stone: Path, stage: str, when: str) -> str:
    """Return a project file with a hook that fills the disk, to the last byte."""
    pour = " ; ".join(f"dd if=/dev/zero bs={size} >> {shlex.quote(str(stone))} 2>/dev/null" for size in ("64k", "1"))
    hook = HOOK.format(when=when, command=f'"{pour}; true"')
    return project(DEPLOY + hook) if stage == "deploy" else project(release=hook)


@pytest.mark.skipif(os.geteuid() != 0, reason="not applicable: only root can mount a small disk")
@pytest.mark.parametrize(("stage", "when"), [("deploy", "before"), ("release", "before"), ("release", "after")])
def test_a_disk_that_fills_in_the_middle_of_a_deploy_is_told_and_the_history_is_whole(
    shop: Place, stage: str, when: str
) -> None:
    with mounted(shop.state, "tmpfs", "-o", "size=12m", "tmpfs"):
        url = shop.up()["urls"][0]
        stone = shop.state / "stone"
        shop.write(milepost__hcl=filling(stone, stage, when), version__txt="two")
        answer = shop.ask("up")
        at_rest(shop)
        serves = text_of(url)
        stone.unlink()
        assert "the disk is full" in answer.told
        assert (answer.status, serves) == ((3, "two") if when == "after" else (1, "one"))
        assert shop.json("store", "verify")["sound"]
        truth.check_records(shop)
        assert shop.json("doctor")["orphans"] == []
        assert truth.check_serving(shop) == serves
        shop.write(milepost__hcl=PROJECT, version__txt="three")
        shop.up()
        truth.check_clean(shop, "three")
        shop.run("destroy", "--all", "--yes")
        truth.check_gone(shop)


def test_a_clock_that_is_put_back_changes_no_order_and_no_lock(shop: Place) -> None:
    aimed = aim(shop)
    place = aimed.at()
    place.up()
    aimed.move_clock(-7200)
    shop.write(version__txt="two")
    place.up()
    aimed.move_clock(-86400)
    assert text_of(place.json("rollback")["urls"][0]) == "one"
    runs = place.json("history")["runs"]
    assert [(each["number"], each["status"]) for each in runs] == [(number, "success") for number in (3, 2, 1)]
    shown = place.run("history").out + place.run("show", "1").out + place.run("show", "3").out
    assert " -" not in shown.replace(" - ", ""), shown
    assert place.json("store", "verify")["sound"]
    status = place.json("status")
    assert (status["locks"], status["interrupted"]) == ({}, [])
    place.run("destroy", "--all", "--yes")
    truth.check_gone(place)


def test_a_clock_that_is_put_back_in_the_middle_of_a_run_leaves_no_negative_time(shop: Place) -> None:
    aimed = aim(shop)
    place = aimed.at()
    flight = Flight(place, "up")
    flight.until(begins("deploy"))
    aimed.move_clock(-3600)
    assert flight.end() == 0
    shown = flight.err + place.run("show", "1").out + place.run("history").out + place.run("operation", "list").out
    (run,) = place.json("history")["runs"]
    assert run["ended"] < run["started"]
    assert " -" not in shown.replace(" - ", "").replace(" -- ", ""), shown
    place.run("destroy", "--all", "--yes")


def test_a_history_of_a_newer_milepost_is_refused_and_left_as_it_is(shop: Place) -> None:
    url = shop.up()["urls"][0]
    (path,) = shop.state.glob("projects/*/history.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("PRAGMA user_version = 99")
    for words in (("up",), ("history",), ("status",), ("rollback",), ("store", "prune", "--runs", "1", "--yes")):
        answer = shop.ask(*words)
        assert answer.status != 0, words
        assert "99" in answer.err, answer
        assert "hint:" in answer.err, answer
    assert text_of(url) == "one"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema}")
    assert [each["number"] for each in shop.json("history")["runs"]] == [1]
    truth.check_clean(shop, "one")


def test_two_machines_files_are_merged_both_ways_and_each_goes_on(shop: Place) -> None:
    other = Place(shop.folder, shop.root / "other")
    (other.root / "home").mkdir(parents=True)
    shop.up()
    other.run("build")
    for here, there, name in ((shop, other, "desk"), (other, shop, "laptop")):
        file = str(here.root / f"{name}.jsonl")
        here.run("store", "export", file)
        there.run("store", "import", file, "--as", name)
        there.run("store", "import", file, "--as", name)
    assert [each["number"] for each in other.json("status")["apps"] if each["live"]] == []
    assert shop.app_status()["live"] is not None
    for place, name in ((shop, "laptop"), (other, "desk")):
        assert sorted(each.get("store") or "" for each in truth.runs(place)) == ["", name]
        assert f"1@{name}" in place.run("show", f"1@{name}").out
        assert place.json("store", "verify")["sound"]
    shop.write(version__txt="two")
    assert shop.up()["run"]["number"] == 2
    assert text_of(shop.json("rollback")["urls"][0]) == "one"
