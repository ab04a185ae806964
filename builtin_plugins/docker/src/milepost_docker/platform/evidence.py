"""What explains a container that did not become ready, kept before it is removed."""

from __future__ import annotations

import json
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
    """Keep how the container is, what its check said, and what it printed last."""
    who = naming.replica_name(site.step.facts.app, replica.number)
    parts = [_summary(found)] if found else ["the container is gone"]
    if found and (check := found["State"].get("Health")):
        parts.append(f"health check: {last_check(check)}")
    if found:
        parts.append(_printed(site, replica, found))
    site.step.evidence(f"{who} {why}", "\n".join(parts))


def _summary(found: Mapping[str, Any]) -> str:
    """Return what the engine says of the container, in a few lines."""
    state = found["State"]
    told = {name: state[name] for name in ("Status", "ExitCode", "OOMKilled", "Error", "StartedAt", "FinishedAt")}
    how = "" if state["Running"] else f"it {ended(state)}\n"
    return f"{how}{json.dumps({**told, 'RestartCount': found.get('RestartCount', 0)})}"


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
