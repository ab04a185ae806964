"""What is kept of a container that did not become ready: words for people."""

from __future__ import annotations

from typing import Any

from milepost_docker.platform.evidence import summary


def inspected(status: str, restarts: int = 0, **state: Any) -> dict[str, Any]:
    """Return a container as the engine tells of it."""
    return {"State": {"Status": status, "ExitCode": 0, "Error": "", **state}, "RestartCount": restarts}


def test_what_was_said_already_is_not_said_twice() -> None:
    assert summary(inspected("exited", ExitCode=7), "ended with status 7") == ""


def test_the_end_of_a_container_is_told_with_its_restarts() -> None:
    found = inspected("exited", restarts=3, ExitCode=7)
    assert summary(found, "does not listen") == "it ended with status 7; the engine has restarted it 3 times"


def test_a_container_that_was_never_started_has_not_ended() -> None:
    assert summary(inspected("created", ExitCode=128, Error="no such program"), "is deaf") == "it is created"


def test_a_kill_for_memory_is_named() -> None:
    told = summary(inspected("exited", OOMKilled=True, ExitCode=137), "is exited")
    assert told == "it was killed for memory: it needed more than its limit"
