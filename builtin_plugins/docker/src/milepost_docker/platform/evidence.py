"""What explains a container that did not become ready, kept before it is removed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from milepost_docker.engine.trouble import EngineError
from milepost_docker.platform import naming
from milepost_docker.platform.condition import ended, last_check
from milepost_docker.platform.logs import frames
from milepost_docker.platform.site import Site
from milepost_docker.platform.state import ReplicaState

_LINES = 40
_READABLE = ("json-file", "local", "journald")


def keep(site: Site, replica: ReplicaState, why: str, found: Mapping[str, Any] | None) -> None:
    """Keep what the container printed last, what its check said, and how it is where `why` does not say it."""
    who = naming.replica_name(site.step.facts.app, replica.number)
    parts = [_printed(site, replica, found)] if found else ["the container is gone"]
    if found and (check := found["State"].get("Health")):
        parts.append(f"health check: {last_check(check)}")
    if found and (told := summary(found, why)):
        parts.append(told)
    site.step.evidence(f"{who} {why}", "\n".join(part.rstrip("\n") for part in parts))


def summary(found: Mapping[str, Any], why: str) -> str:
    """Return how an inspected container is, in words; empty where `why` says all of it."""
    state, restarts = found["State"], found.get("RestartCount", 0)
    how = f"is {state['Status']}" if state["Status"] in ("running", "created", "paused") else ended(state)
    told = [] if how in why else [f"it {how}"]
    if restarts:
        told.append(
            "the engine has restarted it once" if restarts == 1 else f"the engine has restarted it {restarts} times"
        )
    return "; ".join(told)


def _printed(site: Site, replica: ReplicaState, found: Mapping[str, Any]) -> str:
    """Return the last lines that the container printed."""
    driver = found["HostConfig"]["LogConfig"]["Type"]
    if driver not in _READABLE:
        return f"what it printed went to the log driver {driver}, which cannot be read from here"
    query = {"stdout": True, "stderr": True, "tail": _LINES}
    raw = b""
    with suppress(EngineError):
        raw = b"".join(site.engine.pieces(f"/containers/{replica.name}/logs", query))
    text = b"".join(each for _, each in frames([raw], tty=bool(found["Config"].get("Tty"))))
    return f"it printed last:\n{text.decode(errors='replace')}" if text else "it printed nothing"
