"""What the engine tells of a container's condition, in one word and for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from milepost.sdk.deployment import HealthName
from milepost_docker.platform.measure import parked_policy

KILLED = {137: " (killed: SIGKILL)", 139: " (crashed: SIGSEGV)", 143: " (ended by SIGTERM)"}
CANNOT_RUN = {126: " (the command cannot be executed)", 127: " (the command was not found)"}


class Condition(NamedTuple):
    """How a container is, without a look at what it serves."""

    name: HealthName
    message: str = ""
    restarts: int = 0


def condition(found: Mapping[str, Any] | None, restart: str) -> Condition:
    """Return how an inspected container is; `restart` is the policy that the config wants."""
    if found is None or found["State"]["Status"] == "removing":
        return Condition("missing", "its container is gone")
    state, restarts = found["State"], found.get("RestartCount", 0)
    if state["Status"] in ("created", "exited", "dead"):
        return _stopped(found, restart, restarts)
    if state["Status"] == "restarting":
        return Condition("down", f"{ended(state)}; the engine starts it again", restarts)
    if state["Status"] == "paused":
        return Condition("down", "it is paused", restarts)
    return _running(state, restarts)


def _stopped(found: Mapping[str, Any], restart: str, restarts: int) -> Condition:
    """Return whether a container that does not run was stopped on purpose."""
    policy = found["HostConfig"]["RestartPolicy"]["Name"] or "no"
    if found["State"]["Status"] == "created":
        return Condition("parked", "it was not started yet", restarts)
    if policy == parked_policy(restart)["Name"]:
        return Condition("parked", "stopped on purpose", restarts)
    return Condition("down", ended(found["State"]), restarts)


def _running(state: Mapping[str, Any], restarts: int) -> Condition:
    """Return how a running container is, by the engine's own check where there is one."""
    check = state.get("Health") or {}
    if check.get("Status") == "unhealthy":
        return Condition("alive", f"its check fails: {last_check(check)}", restarts)
    if check.get("Status") == "starting":
        return Condition("ready", "its own check was not made yet", restarts)
    again = f"restarted {restarts} times" if restarts > 1 else "restarted once" if restarts else ""
    return Condition("ready", again, restarts)


def ended(state: Mapping[str, Any]) -> str:
    """Return how a container ended, to follow its name."""
    if state.get("OOMKilled"):
        return "was killed for memory: it needed more than its limit"
    code = state.get("ExitCode", 0)
    why = f": {state['Error']}" if state.get("Error") else ""
    return f"ended with status {code}{KILLED.get(code) or CANNOT_RUN.get(code) or ''}{why}"


def last_check(check: Mapping[str, Any]) -> str:
    """Return what the last look of the engine's own check said."""
    log = check.get("Log") or []
    if not log:
        return "no output"
    said = " ".join(log[-1].get("Output", "").split())[-200:]
    return f"status {log[-1].get('ExitCode')}" + (f", {said}" if said else "")


def instant(text: str) -> datetime:
    """Return a time of the engine's, in UTC: what it says of itself is in the time of its own place."""
    return datetime.fromisoformat(text).astimezone(UTC)
