"""Nothing is left that nobody knows: after kills and after a lost history, with real processes."""

from __future__ import annotations

import shutil
import time
from typing import Any

import pytest

from tests.journeys import truth
from tests.journeys.campaign import kill
from tests.journeys.flight import Flight, begins, says
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place, text_of
from tests.journeys.programs import WORKER, worker_project

INSTANTS = tuple(0.15 * step for step in range(1, 11))
"""Seconds after the start of an `up` at which it is killed with all its processes."""


def doctor(place: Place) -> dict[str, Any]:
    """Return what the doctor finds."""
    return place.json("doctor")


def lying(place: Place) -> set[str]:
    """Return the keys of the deployments that lie on the disk and can be told apart."""
    return {each.parent.name for each in place.state.glob("plugins/milepost-local/deployments/[!.]*/labels.json")}


def lose_history(place: Place) -> None:
    """Remove the history, as a thrown away laptop does."""
    shutil.rmtree(place.state / "projects")


def cut(place: Place, number: int, after: float) -> None:
    """Kill an `up` that long after its start, with all that worked on it."""
    place.write(version__txt=f"cut {number}")
    flight = Flight(place, "up")
    time.sleep(after)
    kill(place, flight, "cli+part")
    flight.end()
    at_rest(place)


@pytest.mark.parametrize("last", ["up", "destroy"])
def test_whatever_a_kill_leaves_is_named_and_cleaned_up_by_its_exact_keys(shop: Place, last: str) -> None:
    shop.up()
    for number, after in enumerate(INSTANTS):
        cut(shop, number, after)
        found = doctor(shop)
        assert found["orphans"] == [], f"no record names what was left after {after:.2f} s"
        for each in found["interrupted"]:
            told = shop.run("show", f"web#{each['number']}/{each['label']}").out
            assert "interrupted" in told
            assert all(resource["key"] in told for resource in each["resources"]), told
        if number % 2:
            shop.write(version__txt=f"whole {number}")
            shop.up()
            truth.check_clean(shop, f"whole {number}")
            after_it = doctor(shop)
            assert (after_it["orphans"], after_it["missing"], after_it["interrupted"]) == ([], [], [])
    if last == "up":
        shop.write(version__txt="last")
        shop.up()
        truth.check_clean(shop, "last")
    shop.run("destroy", "--all", "--yes")
    truth.check_gone(shop)
    assert doctor(shop)["orphans"] == []


def test_what_a_kill_left_of_a_lost_history_is_found_and_destroyed(shop: Place) -> None:
    url = shop.up()["urls"][0]
    shop.write(version__txt="two")
    flight = Flight(shop, "up")
    flight.until(begins("deploy"))
    while len(lying(shop)) < 2:
        time.sleep(0.005)
    kill(shop, flight, "cli+part")
    flight.end()
    at_rest(shop)
    lose_history(shop)
    found = {each["number"]: each for each in shop.json("orphans", "list")["orphans"]}
    assert {number: each["serves"] for number, each in found.items()} == {1: "yes", 2: "no"}
    shop.run("history", "rebuild", "--yes")
    left = [each["key"] for each in doctor(shop)["orphans"]]
    if left:  # it was cut before it was whole
        assert left == [found[2]["key"]]
        shop.run("orphans", "destroy", *left, "--force", "--yes")
    assert text_of(url) == "one"
    shop.write(version__txt="three")
    shop.up()
    truth.check_clean(shop, "three")
    shop.run("destroy", "--all", "--yes")
    truth.check_gone(shop)


def test_a_lost_history_is_made_anew_and_goes_on(shop: Place) -> None:
    url = shop.up()["urls"][0]
    shop.write(version__txt="two")
    shop.up()
    lose_history(shop)
    refused = shop.run("up", status=5)
    assert "milepost history rebuild" in shop.run("show", "last").told + refused.told
    lose_history(shop)
    made = shop.json("history", "rebuild", "--yes")
    assert [each["number"] for each in made["runs"]] == [1, 2]
    assert [each["presence"] for each in made["deployments"]] == ["parked", "released"]
    app = shop.app_status()
    assert (app["live"]["number"], app["health"]["name"], app["urls"][0]) == (2, "ready", url)
    assert text_of(url) == "two"
    shop.json("rollback")
    assert text_of(url) == "one"
    truth.check_clean(shop, "one")
    shop.write(version__txt="three")
    assert shop.up()["run"]["number"] == 5
    truth.check_clean(shop, "three")
    shop.run("destroy", "--all", "--yes")
    truth.check_gone(shop)


def test_what_serves_is_adopted_and_never_destroyed_as_an_orphan(shop: Place) -> None:
    url = shop.up()["urls"][0]
    (key,) = lying(shop)
    lose_history(shop)
    assert f"{key} serves" in shop.run("orphans", "destroy", key, "--force", "--yes", status=5).err
    shop.run("orphans", "adopt", key, "--force")
    assert text_of(url) == "one"
    assert shop.app_status()["urls"][0] == url
    shop.write(version__txt="two")
    shop.up()
    truth.check_clean(shop, "two")
    shop.json("rollback")
    assert text_of(url) == "one"
    truth.check_clean(shop, "one")


def test_a_worker_of_a_lost_history_is_live_again_and_ends_before_the_next_begins(empty: Place) -> None:
    diary = empty.root / "diary"
    empty.write(milepost__hcl=worker_project(str(diary)), worker__py=WORKER, version__txt="one")
    empty.up()
    lose_history(empty)
    empty.run("history", "rebuild", "--yes")
    assert empty.app_status()["live"]["number"] == 1
    empty.write(version__txt="two")
    empty.up()
    words = [line.split(maxsplit=1)[1] for line in diary.read_text().splitlines()]
    assert words == ["begins one", "ends one", "begins two"]


def test_a_lost_history_comes_back_from_an_export_and_goes_on(shop: Place) -> None:
    url = shop.up()["urls"][0]
    shop.write(version__txt="two")
    shop.up()
    file = str(shop.root / "history.jsonl")
    shop.run("store", "export", file)
    lose_history(shop)
    assert "restored 2 runs" in shop.run("store", "import", file, "--restore").out
    assert doctor(shop)["orphans"] == []
    assert "#2 up web   success" in shop.run("show", "2").out
    shop.json("rollback")
    assert text_of(url) == "one"
    truth.check_clean(shop, "one")
    shop.write(version__txt="three")
    assert shop.up()["run"]["number"] == 4
    truth.check_clean(shop, "three")


def test_the_doctor_changes_nothing(shop: Place) -> None:
    shop.up()
    lose_history(shop)
    flight = Flight(shop, "up")
    flight.until(says("bytes"))
    flight.end()
    before = {path: path.stat().st_mtime_ns for path in shop.state.glob("plugins/milepost-local/deployments/*/*")}
    runs = truth.runs(shop)
    shop.run("doctor")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert truth.runs(shop) == runs
    shop.run("history", "rebuild", "--yes")
