"""The list of workspaces."""

from __future__ import annotations

from typing import Any

from milepost.cli.workspaces import known
from milepost.host.history.sqlite import SqliteStore


def test_workspaces_are_those_of_the_file_and_those_of_the_history(filled: SqliteStore) -> None:
    found = known(filled, ("staging", "production")).workspaces
    assert [(each["workspace"], each["in_file"]) for each in found] == [("staging", True), ("production", True)]
    assert [each["workspace"] for each in known(filled, ()).workspaces] == ["production"]
    assert [each["last"] and each["last"]["number"] for each in found] == [None, 2]


def test_what_is_live_in_a_workspace_is_told_by_its_number(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN")
    number = store.append(run)
    store.append(make_operation("01DEP", run, number, stage="deploy", label="deploy", presence="released"))
    release = make_operation("01REL", run, number, stage="release", label="release", target="01DEP")
    store.append(release)
    assert milepost("workspace", "list").out.splitlines()[1].split()[:4] == ["production", "no", "web#1", "#1"]
    closing = make_operation("01END", run, number, stage="destroy", label="close", target="01REL")
    store.append(closing)
    assert milepost("workspace", "list", "--json").document["workspaces"][0]["live"] == {}
    assert " nothing " in milepost("workspace", "list").out


def test_no_workspace_at_all_says_what_makes_the_first(milepost: Any) -> None:
    assert milepost("workspace", "list").out == "no workspace yet; milepost up makes the first\n"


def test_a_very_long_history_is_not_read_to_its_end_and_that_is_said(store: SqliteStore, make_run: Any) -> None:
    for at in range(5):
        store.append(make_run(f"01RUN{at}", workspace=f"w{at}"))
    found = known(store, (), look_at=3)
    assert [each["workspace"] for each in found.workspaces] == ["w2", "w3", "w4"]
    assert not found.whole
    assert known(store, (), look_at=5).whole
