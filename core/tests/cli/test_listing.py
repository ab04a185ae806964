"""What the lists are narrowed down to, ordered by and show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from milepost.host.history.newer import WORDS
from milepost.host.history.sqlite import SqliteStore
from milepost.host.history.writer import this_writer

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
DEAD = {"pid": 0, "started": "", "boot": this_writer()["boot"], "host": this_writer()["host"]}


@pytest.fixture
def told(store: SqliteStore, make_run: Any, make_operation: Any) -> SqliteStore:
    """A history of four runs, an hour apart, the newest one an hour old."""
    runs: list[dict[str, Any]] = [
        {"user": "ada", "labels": {"team": "red"}},
        {"user": "bob", "workspace": "staging", "status": "error", "apps": ["web", "api"]},
        {"user": "ada", "verb": "rollback", "source": {"folder": "/shop", "commit": "beef00" * 4}},
        {"user": "bob", "status": "running", "ended": None, "writer": DEAD, "labels": {"team": "red", "tier": "1"}},
    ]
    for at, more in enumerate(runs, 1):
        began = (NOON - timedelta(hours=5 - at)).isoformat()
        run = make_run(f"01RUN{at}", **{"started": began, **more})
        number = store.append(run)
        shared = {name: run[name] for name in ("user", "source")} | {"labels": run.get("labels", {})}
        store.append(make_operation(f"01BLD{at}", run, number, **shared))
        store.append(make_operation(f"01DEP{at}", run, number, stage="deploy", label="deploy", presence="staged"))
    return store


def numbers(milepost: Any, *words: str) -> list[int]:
    """Return the numbers of what a list shows."""
    document = milepost(*words, "--json").document
    found = document.get("runs", document.get("operations", document.get("deployments")))
    return [each["number"] for each in found]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), [4, 3, 2, 1]),
        (("--user", "ada"), [3, 1]),
        (("--who", "bob"), [4, 2]),
        (("--app", "api"), [2]),
        (("--verb", "rollback"), [3]),
        (("--verb", "rollback,up"), [4, 3, 2, 1]),
        (("--status", "error"), [2]),
        (("--status", "interrupted"), [4]),
        (("--status", "running"), []),
        (("--status", "failed"), [4, 2]),
        (("--status", "success", "--status", "error"), [3, 2, 1]),
        (("--since", "2h30m"), [4, 3]),
        (("--until", "2h30m"), [2, 1]),
        (("--since", "2026-03-03T08:30Z", "--until", "2026-03-03T10:30Z"), [3, 2]),
        (("--commit", "beef"), [3]),
        (("--label", "team=red"), [4, 1]),
        (("--label", "team=red", "--label", "tier=1"), [4]),
        (("-w", "staging"), [2]),
        (("--order", "oldest"), [1, 2, 3, 4]),
        (("--order", "oldest", "--limit", "2"), [1, 2]),
        (("--after", "2"), [3, 4]),
        (("--before", "3"), [2, 1]),
        (("--user", "ada", "--before", "3"), [1]),
        (("-n", "1", "--status", "failed", "--before", "4"), [2]),
    ],
)
def test_the_runs_are_narrowed_down(milepost: Any, told: SqliteStore, words: tuple[str, ...], found: list[int]) -> None:
    assert numbers(milepost, "history", *words) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("operation", "list", "--stage", "build"), [4, 3, 2, 1]),
        (("operation", "list", "--kind", "build", "--user", "ada"), [3, 1]),
        (("operation", "list", "--label", "team=red"), [4, 1]),
        (("operation", "list", "--commit", "beef00"), [3]),
        (("operation", "list", "--status", "interrupted"), [4, 4]),
        (("operation", "list", "--since", "90m"), [4, 4]),
        (("deployment", "list", "--presence", "staged", "-n", "2"), [4, 3]),
        (("deployment", "list", "--presence", "parked"), []),
        (("deployment", "list", "--app", "web", "-w", "staging"), [2]),
        (("operation", "list", "--order", "oldest", "-n", "3"), [1, 1, 2]),
    ],
)
def test_the_operations_are_narrowed_down(
    milepost: Any, told: SqliteStore, words: tuple[str, ...], found: list[int]
) -> None:
    assert numbers(milepost, *words) == found


def test_a_document_says_where_the_next_page_begins(milepost: Any, told: SqliteStore) -> None:
    first = milepost("history", "-n", "3", "--json").document
    assert first["next"] == "01RUN2"
    assert milepost("history", "-n", "3", "--before", first["next"], "--json").document["next"] is None


def test_a_list_oldest_first_says_how_to_go_on(milepost: Any, told: SqliteStore) -> None:
    assert "newer ones: --after 2," in milepost("history", "--order", "oldest", "-n", "2", tty=True).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--status", "sucess"), "there is no status 'sucess'; did you mean 'success'?"),
        (("--verb", "rolback"), "there is no verb 'rolback'; did you mean 'rollback'?"),
        (("--limit", "0"), "--limit '0' is no number of lines"),
        (("--limit", "many"), "--limit 'many' is no number of lines"),
        (("--order", "random"), "--order 'random' is not known"),
        (("--before", "3", "--after", "1"), "--before goes on with older ones, newest first"),
        (("--before", "3", "--order", "oldest"), "--before goes on with older ones, newest first"),
        (("--after", "3", "--order", "newest"), "--after goes on with newer ones, oldest first"),
        (("--commit", "be"), "--commit 'be' is too short"),
        (("--since", "soon"), "--since 'soon' is no time"),
        (("--app", "wbe"), "there is no app 'wbe'; did you mean 'web'?"),
        (("--before", "99"), "there is no run '99'"),
        (("--columns", "nix"), "there is no column 'nix'"),
    ],
)
def test_a_flag_that_makes_no_sense_says_so(
    milepost: Any, told: SqliteStore, words: tuple[str, ...], said: str
) -> None:
    ended = milepost("history", *words)
    assert ended.status == 2
    assert said in ended.err
    assert "hint: " in ended.err or "did you mean" in ended.err or "there is" in ended.err


def test_what_failed_stands_out_where_there_are_colours(milepost: Any, told: SqliteStore) -> None:
    lines = milepost("history", tty=True).out.splitlines()
    assert "\x1b[31merror\x1b[0m  " in lines[3]
    assert lines[1].index("1h ago") - lines[4].index("4h ago") == len("\x1b[31m\x1b[0m")
    assert "\x1b" not in milepost("history", "--no-color", tty=True).out


def test_the_help_of_a_list_tells_its_filters(milepost: Any, capsys: pytest.CaptureFixture[str]) -> None:
    milepost("operation", "list", "--help")
    shown = capsys.readouterr().out
    for flag in ("--stage", "--status", "--since", "--label", "--columns", "--after"):
        assert flag in shown
    assert "--keep-failed" not in shown
    assert shown.count("--label") == 1


def test_columns_are_chosen_in_order(milepost: Any, told: SqliteStore) -> None:
    lines = milepost("history", "--columns", "user,run,labels.team,source.commit", "-n", "2").out.splitlines()
    assert lines[0].split() == ["USER", "RUN", "LABELS.TEAM", "SOURCE.COMMIT"]
    assert lines[1].split() == ["bob", "#4", "red", "a1b2c3d4e5f6a7"]
    assert lines[2].split() == ["ada", "#3", "beef00" * 4]


def test_columns_of_operations_are_named_and_any_field_is_one(milepost: Any, told: SqliteStore) -> None:
    shown = milepost("operation", "list", "-n", "1", "--columns", "operation,by,version,started,apps").err
    assert "there is no column 'apps'" in shown
    shown = milepost("operation", "list", "-n", "1", "--columns", "operation,by,version,started,writer.pid").out
    assert shown.splitlines()[1].split() == ["web#4/deploy", "v4", "2026-03-03T11:00:00Z", "0"]


def test_the_columns_that_there_are_can_be_asked_for(milepost: Any, told: SqliteStore) -> None:
    said = milepost("history", "--columns", "help").err
    assert "columns: run, verb, workspace" in said
    assert "exit_status" in said


def test_an_app_that_is_only_in_the_history_can_be_listed(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN", apps=["old"])
    store.append(make_operation("01BLD", run, store.append(run), app="old"))
    assert numbers(milepost, "operation", "list", "--app", "old") == [1]
    assert milepost("operation", "list", "--app", "old", "--status", "error").status == 0


def test_runs_of_another_store_show_where_they_came_from(
    milepost: Any, told: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01OTHER", number=7, store="laptop")
    told.admit([run, make_operation("01OTHERBLD", run, 7, store="laptop")])
    assert milepost("history").out.splitlines()[1].startswith("#7@laptop ")
    assert "web#7@laptop/build" in milepost("operation", "list").out
    assert numbers(milepost, "history", "--store", "laptop") == [7]
    assert numbers(milepost, "operation", "list", "--store", "desktop") == []
    assert "#7@laptop up web" in milepost("show", "7@laptop").out
    assert milepost("show", "web#7@laptop/build", "--json").document["operation"]["id"] == "01OTHERBLD"
    ended = milepost("show", "7")
    assert (ended.status, "there is no run '7'; there is 7@laptop" in ended.err) == (2, True)


def test_what_a_newer_milepost_wrote_is_listed_as_far_as_it_is_understood(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01NEW", schema=9, status="paused", apps={"web": 1}, mood="fine", labels=[])
    number = store.append(run)
    store.append(make_operation("01NEWDEP", run, number, stage="canary", hooks=["x", {"when": "before"}], plugin="p"))
    assert "paused" in milepost("history").out
    assert "web#1/build" in milepost("operation", "list").out
    shown = milepost("show", "1").out
    assert "Unknown   schema, " in shown
    assert "mood" in shown
    assert "pip install --upgrade milepost" in shown
    document = milepost("show", "web#1/build", "--json").document
    assert {"schema", "stage", "plugin"} <= set(document["not_understood"])
    assert milepost("show", "web#1/build").status == 0


def test_an_example_of_a_part_is_one_that_can_be_shown(milepost: Any, told: SqliteStore) -> None:
    for words in (("history",), ("operation", "list")):
        said = milepost(*words, "--columns", "help").err
        part = said.partition("parts of them: ")[2].partition(",")[0]
        assert milepost(*words, "--columns", part).status == 0


def test_an_unknown_verb_is_told_all_that_there_are(milepost: Any, told: SqliteStore) -> None:
    said = milepost("history", "--verb", "nonsense").err
    assert all(verb in said for verb in WORDS["verb"])
