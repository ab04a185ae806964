"""What is read of a history that real runs wrote: lists, show, diff and status of two releases and a rollback."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def told(shop: Any) -> Any:
    """A project that was released twice, the second time with another text and label, and rolled back."""
    shop("up", "-m", "first")
    shop("up", "--var", "tag=two", "--label", "team=red")
    shop("rollback", "-m", "mails were lost")
    return shop


def test_a_rollback_stands_in_the_tree_of_what_it_brought_back(told: Any) -> None:
    document = told.document("show", "web#1/deploy")
    assert document["not_understood"] == []
    tree = document["lineage"]
    assert tree["name"] == "web#1/build"
    [deploy] = tree["children"]
    releases = [each for each in deploy["children"] if each["name"].endswith("/release")]
    assert [each["name"] for each in releases] == ["web#1/release", "web#3/release"]
    assert releases[0]["notes"] == ["replaced by web#2/release"]
    assert releases[1]["notes"][-1] == "LIVE"


def test_what_differs_is_the_same_from_runs_and_from_what_is_live(told: Any) -> None:
    forth = told.document("diff", "1", "2")["apps"][0]["changes"]
    assert {each["part"] for each in forth} >= {"artifact", "config", "label"}
    [text] = [each for each in forth if each["name"] == "build.text"]
    assert (text["old"], text["new"]) == ("one", "two")
    back = told.document("diff", "3")["apps"][0]["changes"]
    assert ("build.text", "two", "one") in [(each["name"], each["old"], each["new"]) for each in back]
    assert told.document("diff", "last", "1")["same"] is True
    told("diff", "1", "2", "--check", status=1)


def test_lists_go_by_what_runs_really_write(told: Any) -> None:
    assert [each["number"] for each in told.document("history", "--verb", "rollback")["runs"]] == [3]
    assert [each["number"] for each in told.document("history", "--label", "team=red")["runs"]] == [2]
    assert [each["number"] for each in told.document("history", "--since", "1h", "--user", "ada")["runs"]] == [3, 2, 1]
    assert told.document("history", "--until", "1h")["runs"] == []
    found = told.document("deployment", "list", "--label", "team=red", "--status", "success")["deployments"]
    assert [each["number"] for each in found] == [2]
    sequences = told("release", "list", "--columns", "operation,version").stdout.splitlines()[1:]
    assert [line.split()[1] for line in sequences] == ["v3", "v2", "v1"]


def test_a_status_says_what_it_did_not_ask(told: Any) -> None:
    asked, recorded = told.document("status"), told.document("status", "--recorded")
    assert (asked["asked"], asked["orphans"], asked["freeze"]) == (True, [], None)
    assert (recorded["asked"], recorded["orphans"]) == (False, None)
    assert "as recorded; nothing was asked" in told("status", "--recorded").stdout
    assert "not asked" in told("status", "--recorded").stdout
    told("freeze", "-m", "fair")
    frozen = json.loads(told("status", "--json").stdout)["freeze"]
    assert (frozen["verb"], frozen["why"], frozen["number"]) == ("freeze", "fair", 4)
    assert "fair   milepost thaw" in told("status").stdout


def test_a_timeline_has_all_that_a_run_did(told: Any) -> None:
    lines = told("show", "2").stdout.splitlines()
    operations = [line.split()[1] for line in lines if line.startswith("+")]
    assert operations[:3] == ["web#2/build", "web#2/deploy", "web#2/release"]
    assert "Labels    team=red" in lines
