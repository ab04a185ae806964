"""Orphans, the doctor's look at the platforms, and rebuilding, in processes of their own on fake plugins."""

from __future__ import annotations

import shutil
from typing import Any

from milepost.host.assembly import open_host


def lose(shop: Any, number: int) -> str:
    """Let the history lose all operations of a run, and return the key of its deployment."""
    host = open_host(shop.folder, shop.environment)
    try:
        lost = host.history.operations({"number": number})
        host.writable_store().remove([each.id for each in lost])
    finally:
        host.close()
    return next(each.resources[0].key for each in lost if each.stage == "deploy")


def test_where_there_are_no_orphans_it_says_whom_it_asked(shop: Any) -> None:
    shop("up")
    assert shop("orphans", "list").stdout == "no orphans (fake)\n"


def test_an_orphan_is_listed_with_what_to_type_and_destroyed_by_its_key(shop: Any) -> None:
    shop("up")
    shop("redeploy")
    key = lose(shop, 1)
    out = shop("orphans", "list").stdout
    assert key in out
    assert "does not serve" in out
    assert "milepost orphans destroy KEY -w default" in out
    (told,) = shop.document("orphans", "list")["orphans"]
    assert (told["key"], told["number"], told["serves"], told["foreign"]) == (key, 1, "no", False)
    done = shop("orphans", "destroy", key, "--yes")
    assert f"DESTROYED  {key}" in done.stdout
    assert shop("orphans", "list").stdout == "no orphans (fake)\n"


def test_nothing_is_destroyed_unasked(shop: Any) -> None:
    shop("up")
    shop("redeploy")
    key = lose(shop, 1)
    assert "--yes" in shop("orphans", "destroy", key, status=5).stderr
    assert key in shop.world.read()["deployments"]


def test_what_serves_is_refused_and_the_hint_is_to_adopt_it(shop: Any) -> None:
    shop("up")
    key = lose(shop, 1)
    told = shop("orphans", "destroy", key, "--yes", status=5).stderr
    assert f"{key} serves" in told
    assert f"milepost orphans adopt {key}" in told
    assert "LIVE" in shop("orphans", "adopt", key).stdout
    assert shop.document("status")["apps"][0]["live"]["resources"][0]["key"] == key


def test_the_state_does_not_say_that_nothing_serves_while_an_orphan_does(shop: Any) -> None:
    shop("up")
    key = lose(shop, 1)
    said = shop("status").stdout
    assert "nothing live" not in said
    assert "an orphan serves" in said
    assert f"Orphan  web: {key} serves, and no record names it   milepost orphans list" in said
    assert shop.document("status")["orphans_serving"] == {"web": key}
    shutil.rmtree(shop.environment["MILEPOST_STATE"] + "/projects")
    refused = shop("up", status=5)
    assert "DEFAULT IS UNCHANGED: nothing is live as recorded" in refused.stdout + refused.stderr


def test_all_of_them_are_those_that_do_not_serve(shop: Any) -> None:
    shop("up")
    shop("redeploy")
    keys = [lose(shop, number) for number in (1, 2)]
    shop("orphans", "destroy", "--all", "--yes")
    assert list(shop.world.read()["deployments"]) == [keys[1]]
    assert "nothing to destroy" in shop("orphans", "destroy", "--all", "--yes").stdout


def test_without_a_target_nothing_is_meant(shop: Any) -> None:
    assert "needs a target" in shop("orphans", "adopt", status=2).stderr


def test_an_unknown_name_is_told_with_those_there_are(shop: Any) -> None:
    shop("up")
    key = lose(shop, 1)
    assert key in shop("orphans", "adopt", "web#9", status=2).stderr


def test_what_another_history_made_needs_force(shop: Any) -> None:
    shop("up")
    key = lose(shop, 1)
    with shop.world.change() as world:
        world["deployments"][key]["labels"]["milepost/store"] = "01ANOTHER"
    listed = shop("orphans", "list").stdout
    assert "milepost history rebuild -w default" in listed
    assert "milepost orphans" not in listed
    assert "of the history 01ANOTHER" in shop("orphans", "adopt", key, status=5).stderr
    assert "LIVE" in shop("orphans", "adopt", key, "--force").stdout
    assert shop("orphans", "list").stdout == "no orphans (fake)\n"


def test_the_doctor_names_orphans_and_what_is_missing(shop: Any) -> None:
    shop("up")
    shop("redeploy")
    key = lose(shop, 1)
    with shop.world.change() as world:
        (live,) = [each for each in world["deployments"] if each != key]
        del world["deployments"][live]
    document = shop.document("doctor")
    assert [each["key"] for each in document["orphans"]] == [key]
    assert [each["number"] for each in document["missing"]] == [2]
    out = shop("doctor").stdout
    assert f"milepost orphans destroy {key}" in out
    assert "#2 is recorded as released, and fake has nothing of it" in out


def test_a_lost_history_is_made_anew_once_it_was_confirmed(shop: Any) -> None:
    shop("up", "-m", "first")
    shutil.rmtree(shop.folder.parent / "state" / "projects")
    assert "milepost history rebuild" in shop("up", status=5).stdout + shop("doctor").stdout
    assert "--yes" in shop("history", "rebuild", status=5).stderr
    told = shop("history", "rebuild", "--yes", "-m", "the laptop is gone").stdout
    assert "live" in told
    assert "not known: " in told
    again = shop.document("history", "rebuild", "--yes")
    assert (again["kind"], again["run"], again["deployments"]) == ("rebuilt", None, [])
    assert shop.document("status")["apps"][0]["live"]["number"] == 2, "#1 is the run that was refused"
    assert "LIVE" in shop("up").stdout


def test_with_nothing_to_rebuild_nothing_is_written(shop: Any) -> None:
    assert "nothing to do" in shop("history", "rebuild").stdout
    assert not (shop.folder.parent / "state" / "projects").exists()
