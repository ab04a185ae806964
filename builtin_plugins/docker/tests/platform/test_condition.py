"""What is made of the engine's words about a container: no engine is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from milepost_docker.platform.condition import Condition, condition, ended, instant
from milepost_docker.platform.health import overall, warnings_of
from milepost_docker.platform.logs import frames, lines, stamped
from milepost_docker.platform.naming import network_name, volume_name


def inspected(status: str, policy: str = "unless-stopped", **said: Any) -> dict[str, Any]:
    """Return what the engine says of a container."""
    state = {"Status": status, "ExitCode": 0, "OOMKilled": False, "Error": "", **said}
    return {"State": state, "HostConfig": {"RestartPolicy": {"Name": policy}}, "RestartCount": said.get("restarts", 0)}


@pytest.mark.parametrize(
    ("found", "restart", "name", "told"),
    [
        (None, "always", "missing", "gone"),
        (inspected("running"), "always", "ready", ""),
        (inspected("running", Health={"Status": "healthy"}), "always", "ready", ""),
        (inspected("running", Health={"Status": "unhealthy", "Log": []}), "always", "alive", "check fails"),
        (inspected("exited", ExitCode=7), "unless-stopped", "down", "ended with status 7"),
        (inspected("exited", ExitCode=137), "unless-stopped", "down", "SIGKILL"),
        (inspected("exited", OOMKilled=True), "unless-stopped", "down", "memory"),
        (inspected("exited", "no", ExitCode=143), "unless-stopped", "parked", "on purpose"),
        (inspected("exited", "no"), "no", "down", "ended with status 0"),
        (inspected("exited", "unless-stopped"), "no", "parked", "on purpose"),
        (inspected("created", "no"), "always", "parked", "not started yet"),
        (inspected("restarting", ExitCode=1), "always", "down", "starts it again"),
        (inspected("removing"), "always", "missing", "gone"),
        (inspected("running", Health={"Status": "starting"}), "always", "ready", "not made yet"),
        (inspected("paused"), "always", "down", "paused"),
    ],
)
def test_a_container_is_in_one_condition(found: dict[str, Any] | None, restart: str, name: str, told: str) -> None:
    seen = condition(found, restart)
    assert seen.name == name
    assert told in seen.message


@pytest.mark.parametrize(
    ("names", "together"),
    [
        (["ready", "ready"], "ready"),
        (["ready", "down"], "partial"),
        (["alive", "down"], "alive"),
        (["down", "missing"], "down"),
        (["parked", "parked"], "parked"),
        ([], "missing"),
    ],
)
def test_replicas_make_one_condition_together(names: list[Any], together: str) -> None:
    assert overall([Condition(each) for each in names]) == together


def test_a_restart_is_told_though_it_is_ready_again() -> None:
    assert condition(inspected("running", restarts=2), "always").message == "restarted 2 times"


def test_the_reason_of_the_engine_is_told() -> None:
    assert ended({"ExitCode": 127, "Error": "exec: nothing: not found"}).endswith(
        "not found): exec: nothing: not found"
    )


def test_the_engines_times_have_more_digits_than_ours() -> None:
    wanted = datetime(2026, 11, 23, 10, 0, 1, 123456, tzinfo=UTC)
    assert instant("2026-11-23T10:00:01.123456789Z") == wanted
    assert instant("2026-11-23T10:00:01Z") == wanted.replace(microsecond=0)
    assert instant("2026-11-23T12:00:01.123456789+02:00") == wanted
    assert instant("2026-11-23T05:00:01-05:00") == wanted.replace(microsecond=0)


def test_lines_are_whole_however_the_stream_is_cut() -> None:
    raw = b"".join(
        bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text
        for stream, text in ((1, b"one\ntw"), (2, b"bad\r\n"), (1, b"o\nlast"))
    )
    cut = [raw[at : at + 3] for at in range(0, len(raw), 3)]
    assert list(lines(cut, tty=False)) == [
        ("stdout", "one"),
        ("stderr", "bad"),
        ("stdout", "two"),
        ("stdout", "last"),
    ]


def test_what_a_terminal_printed_is_not_divided() -> None:
    assert list(frames([b"\x01\x00\x00\x00 plain"], tty=True)) == [("stdout", b"\x01\x00\x00\x00 plain")]


def test_a_line_without_a_time_is_shown_as_it_is() -> None:
    line = stamped("no time here", "stderr", "web.1")
    assert (line.text, line.at, line.replica) == ("no time here", None, "web.1")


def test_names_of_networks_and_volumes_never_coincide(bench: Any) -> None:
    pairs = [("a-b", "c"), ("a", "b-c"), ("A-b", "c"), ("a b", "c"), ("a.b", "c"), ("ä" * 60, "c")]
    facts = [bench.step("status", project=project, workspace=workspace).facts for project, workspace in pairs]
    assert len({network_name(each) for each in facts}) == len(pairs)
    assert volume_name(facts[0], "data") == "milepost.a-b.c.data"


def test_a_disk_that_is_nearly_full_is_a_warning_and_one_that_cannot_be_seen_is_none() -> None:
    assert warnings_of(84.9) == warnings_of(None) == ()
    (warning,) = warnings_of(85.0)
    assert "85 % full" in warning
    assert "docker system df" in warning
