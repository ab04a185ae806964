"""`milepost logs --run`: what a run's operations printed, as recorded."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from milepost.host.escapes import UNENDED
from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import OutputLine

RED, RESET = "\x1b[31m", "\x1b[0m"


def line(number: int, clock: str, text: str, **more: str) -> OutputLine:
    usual = {"source": "plugin", "stream": "stdout", **more}
    return OutputLine(number, f"2026-03-03T{clock}+00:00", usual["source"], usual["stream"], text)


def shown(text: str) -> list[str]:
    """Return lines without their time."""
    return [each.partition(" ")[2] for each in text.splitlines()]


@pytest.fixture
def printed(filled: SqliteStore) -> SqliteStore:
    """A run of which three operations printed, at the same time in part."""
    filled.write_output(
        "01BUILD000000000000000001",
        [
            line(1, "10:00:00", "setting up", source="hook before", stream="stderr"),
            line(2, "10:00:01", f"{RED}compiling{RESET}"),
            line(3, "10:00:05", "built"),
        ],
    )
    filled.write_output("01DEPLOY000000000000000001", [line(1, "10:00:03.5", "starting"), line(2, "10:00:06", "ready")])
    filled.write_output("01RELEASE000000000000000001", [line(1, "10:00:07", "switched", stream="say")])
    return filled


@pytest.mark.usefixtures("printed")
def test_lines_of_all_operations_come_in_order_of_time(milepost: Any) -> None:
    assert shown(milepost("logs", "--run", "1").out) == [
        "web build hook before | setting up",
        "web build | compiling",
        "web deploy | starting",
        "web build | built",
        "web deploy | ready",
        "web release | switched",
    ]


@pytest.mark.usefixtures("printed")
def test_colours_are_for_terminals_that_want_them(milepost: Any) -> None:
    assert f"{RED}compiling{RESET}\n" in milepost("logs", "--run", "1", tty=True).out
    for plain in (
        milepost("logs", "--run", "1"),
        milepost("logs", "--run", "1", "--no-color", tty=True),
        milepost("logs", "--run", "1", tty=True, NO_COLOR="1"),
    ):
        assert "| compiling\n" in plain.out
        assert "\x1b" not in plain.out


def test_nothing_that_steers_a_terminal_is_shown_whoever_wrote_it(milepost: Any, filled: SqliteStore) -> None:
    filled.write_output("01BUILD000000000000000001", [line(1, "10:00:00", f"\x1b]0;owned\x07a\x1b[2Jb{RED}c\x08")])
    assert milepost("logs", "--run", "1", tty=True).out.endswith(f"| ab{RED}c{RESET}\n")
    assert milepost("logs", "--run", "1").out.endswith("| abc\n")


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize(
    ("step", "texts"),
    [
        ("build", ["setting up", "compiling", "built"]),
        ("deploy", ["starting", "ready"]),
        ("hook", ["setting up"]),
        ("hook before", ["setting up"]),
        ("plugin", ["compiling", "starting", "built", "ready", "switched"]),
    ],
)
def test_a_step_narrows_them_down(milepost: Any, step: str, texts: list[str]) -> None:
    lines = milepost("logs", "--run", "1", "--step", step).out.splitlines()
    assert [each.rpartition(" | ")[2] for each in lines] == texts


@pytest.mark.usefixtures("printed")
def test_a_step_that_printed_nothing_is_an_error_with_those_that_did(milepost: Any) -> None:
    ended = milepost("logs", "--run", "1", "--step", "biuld")
    assert ended.status == 2
    assert "there is no step 'biuld'" in ended.err
    assert "--step build" in ended.err


@pytest.mark.usefixtures("printed")
def test_a_stage_that_printed_nothing_is_no_error(milepost: Any) -> None:
    assert milepost("logs", "--run", "1", "--step", "destroy").status == 0


@pytest.mark.usefixtures("printed")
def test_a_time_narrows_them_down(milepost: Any) -> None:
    at = datetime(2026, 3, 3, 10, 0, 5, tzinfo=UTC)
    for typed in (at.isoformat(), f"{(datetime(2026, 3, 3, 12, tzinfo=UTC) - at).total_seconds():.0f}s"):
        lines = milepost("logs", "--run", "1", "--since", typed).out.splitlines()
        assert [each.rpartition(" | ")[2] for each in lines] == ["built", "ready", "switched"]
    assert milepost("logs", "--run", "1", "--since", "soon").status == 2


@pytest.mark.usefixtures("printed")
def test_only_the_last_lines_are_shown_where_that_is_asked_for(milepost: Any) -> None:
    assert len(milepost("logs", "--run", "1", "--tail", "2").out.splitlines()) == 2
    assert milepost("logs", "--run", "1", "--tail", "0", "--json").document["lines"] == []


@pytest.mark.usefixtures("printed")
def test_programs_get_all_that_is_known_of_a_line(milepost: Any) -> None:
    document = milepost("logs", "--run", "1", "--json").document
    assert (document["run"], document["status"], len(document["lines"])) == (1, "success", 6)
    assert document["lines"][0] == {
        "app": "web",
        "operation": "build",
        "number": 1,
        "at": "2026-03-03T10:00:00+00:00",
        "source": "hook before",
        "stream": "stderr",
        "text": "setting up",
    }


@pytest.mark.usefixtures("printed")
def test_a_run_that_has_ended_is_followed_to_its_end(milepost: Any) -> None:
    ended = milepost("logs", "--run", "1", "-f", "--json=events")
    documents = [json.loads(each) for each in ended.out.splitlines()]
    assert [each["kind"] for each in documents] == ["log-line"] * 6 + ["log-end"]
    assert (ended.status, documents[-1]["status"]) == (0, "success")
    assert milepost("logs", "--run", "1", "-f", "--json").status == 2


def test_a_line_that_was_kept_in_pieces_is_one_again(milepost: Any, filled: SqliteStore) -> None:
    filled.write_output(
        "01BUILD000000000000000001",
        [
            line(1, "10:00:00", f"..{UNENDED}"),
            line(2, "10:00:01", f"...{UNENDED}"),
            line(3, "10:00:02", "... done"),
            line(4, "10:00:03", f"Password: {UNENDED}"),
            line(5, "10:00:04", "no", stream="stderr"),
        ],
    )
    assert shown(milepost("logs", "--run", "1").out) == [
        "web build | ........ done",
        "web build | Password: ",
        "web build | no",
    ]
    lines = milepost("logs", "--run", "1", "--json").document["lines"]
    assert [(each["text"], each.get("goes_on", False)) for each in lines[:3]] == [
        ("..", True),
        ("...", True),
        ("... done", False),
    ]


def test_lines_that_are_no_longer_there_are_told(milepost: Any, printed: SqliteStore) -> None:
    deploy = printed.get("01DEPLOY000000000000000001")
    assert deploy is not None
    printed.amend([{**deploy, "printed": 5}])
    assert milepost("logs", "--run", "1").out.splitlines()[-1] == (
        "#1 printed 3 lines that are no longer here   milepost store verify"
    )
    printed.drop_output(["01BUILD000000000000000001", deploy["id"], "01RELEASE000000000000000001"])
    (said,) = milepost("logs", "--run", "1").out.splitlines()
    assert said.startswith("#1 printed 5 lines that are no longer here")


def test_a_run_that_printed_nothing_says_so(milepost: Any, filled: SqliteStore) -> None:
    assert milepost("logs", "--run", "2").out.splitlines() == [
        "#2 printed nothing",
        "web deploy evidence | -- last lines of web.1 --",
        "web deploy evidence | Traceback",
        "web deploy evidence | KeyError: 'SMTP_HOST'",
    ]
    (evidence,) = milepost("logs", "--run", "2", "--json").document["evidence"]
    assert (evidence["app"], evidence["operation"]) == ("web", "deploy")
    assert milepost("logs", "--run", "2", "--step", "build").out == "#2 printed nothing of that\n"


@pytest.mark.usefixtures("filled")
def test_a_step_without_a_run_says_what_to_type(milepost: Any) -> None:
    ended = milepost("logs", "--step", "build")
    assert ended.status == 2
    assert "milepost logs --run last --step build" in ended.err


@pytest.mark.usefixtures("printed")
def test_an_app_narrows_them_down_and_must_have_been_in_the_run(milepost: Any) -> None:
    assert len(milepost("logs", "--run", "1", "web").out.splitlines()) == 6
    ended = milepost("logs", "--run", "1", "worker")
    assert ended.status == 2
    assert "there is no app 'worker'" in ended.err
