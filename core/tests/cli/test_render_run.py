"""A run as it happens, in plain lines, as a live view, and as JSON lines."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from milepost.cli.flags import Flags
from milepost.cli.render import Screen
from milepost.cli.render_live import LiveRun, Running, _line
from milepost.cli.render_run import PlainRun
from milepost.cli.runlog import KEPT, RunLog, write_log
from milepost.cli.surroundings import Surroundings
from milepost.cli.telling import _json_line
from milepost.host.escapes import UNENDED
from milepost.sdk import events

AT = datetime(2026, 3, 3, 16, 2, 11, tzinfo=UTC)
CLOCK = f"{AT.astimezone():%H:%M:%S}"
STARTED = events.RunStarted(
    at=AT, run="01R", number=118, project="shop", workspace="production", verb="up", apps=("web",), commit="a1b2c3d"
)
BUILDING = events.OperationStarted(at=AT, app="web", operation="01B", stage="build", label="build")
BUILT = events.OperationFinished(
    at=AT,
    app="web",
    operation="01B",
    stage="build",
    label="build",
    status="success",
    result="done",
    summary="sha256:9f2c41…",
    seconds=41.0,
)
FAILED = events.OperationFinished(
    at=AT,
    app="web",
    operation="01D",
    stage="deploy",
    label="deploy",
    status="error",
    error="web exited 1\nKeyError",
    hint="milepost logs",
    seconds=3.0,
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def screen_of(out: io.StringIO, **flags: Any) -> Screen:
    """Return a screen that writes there."""
    surroundings = Surroundings(
        environment={}, folder=Path(), out=out, err=out, input=io.StringIO(), now=lambda: AT + timedelta(seconds=5)
    )
    return Screen(Flags(folder=Path(), **flags), surroundings)


def plainly(*happened: events.Event, **flags: Any) -> list[str]:
    """Return the lines of a run in a pipe."""
    out = io.StringIO()
    view = PlainRun(screen_of(out, **flags))
    for event in happened:
        view.listen(event)
    view.close()
    return out.getvalue().splitlines()


def test_a_piped_run_is_lines_with_the_time() -> None:
    assert plainly(STARTED, BUILDING, BUILT) == [
        f"{CLOCK} shop → production   #118 up web   a1b2c3d",
        f"{CLOCK} web build ...",
        f"{CLOCK} web build done sha256:9f2c41… 41s",
    ]


def test_a_failed_operation_says_why_below_its_line() -> None:
    assert plainly(FAILED) == [
        f"{CLOCK} web deploy FAILED 3.0s",
        f"{CLOCK}   web exited 1",
    ]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.Output(at=AT, app="web", stage="build", stream="stdout", text="a\nb"), "web build | a"),
        (
            events.Said(at=AT, app="web", stage="deploy", text="waiting for /healthz"),
            "web deploy   waiting for /healthz",
        ),
        (events.Waiting(at=AT, text="ada since 16:00"), "waiting: ada since 16:00"),
        (
            events.HookStarted(at=AT, app="web", stage="build", when="before", command=("make", "css")),
            "web build before hook: make css",
        ),
        (
            events.HookFinished(at=AT, app="web", stage="build", when="before", command=("make",), error="status 2"),
            "web build before hook FAILED: status 2",
        ),
    ],
)
def test_what_happens_between_has_its_line(event: events.Event, line: str) -> None:
    assert plainly(event)[0] == f"{CLOCK} {line}"


def test_output_cannot_steer_the_terminal() -> None:
    text = "\x1b[2Jgone\x1b]0;title\x07 \x08still\there"
    event = events.Output(at=AT, app="web", stage="build", stream="stdout", text=text)
    assert plainly(event) == [f"{CLOCK} web build | gone still\there"]


def printed(text: str, stream: Any = "stdout", app: str = "web") -> events.Output:
    """Return an event of output."""
    return events.Output(at=AT, app=app, stage="build", stream=stream, text=text)


def test_many_lines_that_come_at_once_have_each_their_beginning() -> None:
    assert plainly(printed("a\n\nb"), printed("c")) == [f"{CLOCK} web build | {each}" for each in ("a", "", "b", "c")]


def test_a_line_that_comes_in_pieces_is_one_line_unless_another_comes_between() -> None:
    happened = (printed(f"..{UNENDED}"), printed(f"..{UNENDED}"), printed(" done\nnext"))
    assert plainly(*happened) == [f"{CLOCK} web build | .... done", f"{CLOCK} web build | next"]
    happened = (printed(f"..{UNENDED}"), printed("other", app="api"), printed(". done"), BUILT)
    assert plainly(*happened) == [
        f"{CLOCK} web build | ..",
        f"{CLOCK} api build | other",
        f"{CLOCK} web build | . done",
        f"{CLOCK} web build done sha256:9f2c41… 41s",
    ]
    assert plainly(printed(f"..{UNENDED}"), BUILT)[0] == f"{CLOCK} web build | .."


def test_colours_of_programs_are_for_terminals() -> None:
    event = printed("\x1b[31mred\nstill\x1b[0m plain")
    assert plainly(event) == [f"{CLOCK} web build | red", f"{CLOCK} web build | still plain"]
    out = Terminal()
    PlainRun(screen_of(out)).listen(event)
    assert out.getvalue().splitlines() == [
        f"{CLOCK} web build | \x1b[31mred\x1b[0m",
        f"{CLOCK} web build | \x1b[31mstill\x1b[0m plain",
    ]


def test_the_live_view_keeps_the_last_lines_whole_and_in_colour() -> None:
    running = Running(BUILDING)
    for text in ("1\n2\n3\n4\n5", f"6{UNENDED}", f"+{UNENDED}", "-\n7"):
        running.printed(text, "stdout")
    assert list(running.tail) == ["4", "5", "6+-", "7"]
    running.printed("\x1b[31mred", "stdout")
    out = Terminal()
    console = Console(file=out, force_terminal=True, color_system="standard", width=40)
    console.print(_line(running.tail[-1]))
    assert "\x1b[2;31mred" in out.getvalue()


def test_decisions_show_with_debug_only() -> None:
    decided = events.Decided(at=AT, text="nothing has changed")
    assert plainly(decided) == []
    assert plainly(decided, debug=True) == [f"{CLOCK} decided: nothing has changed"]


def test_quiet_leaves_warnings_only() -> None:
    warned = events.Warned(at=AT, text="prune failed")
    assert plainly(STARTED, BUILT, warned, quiet=True) == ["warning: prune failed"]


def visible(text: str) -> str:
    """Return what a terminal would show, its steering left out."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_the_live_view_leaves_the_finished_steps_on_the_screen() -> None:
    out = Terminal()
    view = LiveRun(screen_of(out))
    for event in (STARTED, BUILDING, BUILT, FAILED):
        view.listen(event)
    view.close()
    shown = visible(out.getvalue())
    assert "shop → production   #118 up web   a1b2c3d" in shown
    assert re.search(r"  web   build     done       sha256:9f2c41…  41s", shown)
    assert re.search(r"deploy    FAILED\s+3.0s", shown)
    assert "    web exited 1" in shown


def test_the_live_view_shows_elapsed_time_and_last_lines_of_what_runs() -> None:
    out = Terminal()
    view = LiveRun(screen_of(out))
    view.listen(BUILDING)
    text = "\n".join(f"line {number}" for number in range(9))
    view.listen(events.Output(at=AT, app="web", stage="build", stream="stdout", text=text))
    picture = view._picture()
    with_lines = io.StringIO()
    from rich.console import Console

    Console(file=with_lines, width=80).print(picture)
    view.close()
    assert "5.0s" in with_lines.getvalue()
    assert "line 8" in with_lines.getvalue()
    assert "line 4" not in with_lines.getvalue()


def test_an_event_is_one_line_of_json_with_its_type() -> None:
    document = json.loads(_json_line(BUILT))
    assert (document["schema"], document["type"], document["seconds"]) == (1, "OperationFinished", 41.0)


def test_the_run_log_keeps_no_text_that_may_be_private(tmp_path: Path) -> None:
    log = RunLog(tmp_path, AT)
    for event in (STARTED, events.Output(at=AT, app="web", stage="build", stream="stdout", text="hunter2"), FAILED):
        log.listen(event)
    place = log.close("run-118")
    assert place is not None
    kept = place.read_text()
    assert "hunter2" not in kept
    assert "KeyError" not in kept
    assert [json.loads(line)["type"] for line in kept.splitlines()] == ["RunStarted", "OperationFinished"]


def test_only_the_last_logs_are_kept(tmp_path: Path) -> None:
    places = [write_log(tmp_path, AT + timedelta(seconds=number), "run", "x") for number in range(KEPT + 5)]
    assert sorted((tmp_path / "log").iterdir()) == places[5:]


def tidied(verb: str) -> str:
    """Return what a terminal with colours gets of the parking of what was replaced, in a run of that verb."""
    out = Terminal()
    view = LiveRun(screen_of(out))
    view.listen(msgspec.structs.replace(STARTED, verb=verb))
    parked = msgspec.structs.replace(BUILT, stage="park", label="park", result="parked", summary="#117")
    view.listen(parked)
    view.close()
    return next(line for line in out.getvalue().splitlines() if "parked" in line)


def test_what_nobody_asked_for_by_name_is_dimmed_on_a_terminal() -> None:
    assert "\x1b[2mparked" in tidied("up")
    assert "\x1b[32mparked" in tidied("stop")
