"""A container's own health check, run by milepost at once: the engine waits a whole interval before its first look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.sdk.errors import DeadlineError
from milepost_docker.engine.trouble import ConflictError, MissingError
from milepost_docker.platform.condition import last_check
from milepost_docker.platform.probe import Seen
from milepost_docker.platform.site import Site
from milepost_docker.platform.state import ReplicaState

_SHELL = ["/bin/sh", "-c"]
_LIMIT = 10.0


def look_inside(site: Site, replica: ReplicaState, found: Mapping[str, Any]) -> Seen:
    """Return what the container's own check says now; the engine asks it for the first time after a whole interval."""
    check = found["State"].get("Health") or {}
    if check.get("Status") == "healthy":
        return Seen(True, "is healthy")
    kind, *argv = found["Config"]["Healthcheck"]["Test"]
    command = [*(found["Config"].get("Shell") or _SHELL), *argv] if kind == "CMD-SHELL" else argv
    try:
        status = run_quietly(site, replica.id, command)
    except DeadlineError:
        site.step.check()
        return Seen(False, f"has a check that did not end within {_LIMIT:g} s")
    except (ConflictError, MissingError):
        return Seen(False, "ended while it was looked at")
    told = f"; {last_check(check)}" if check.get("Log") else ""
    return Seen(status == 0, f"has a check that ends with status {status}{told}")


def run_quietly(site: Site, container: str, argv: list[str]) -> int:
    """Run a command in a container and return its status; what it prints is dropped."""
    made = site.engine.post(f"/containers/{container}/exec", body={"Cmd": argv})
    site.engine.post(f"/exec/{made['Id']}/start", body={"Detach": True})
    path = f"/exec/{made['Id']}/json"
    site.step.wait("the check in the container", _LIMIT, lambda: not site.engine.get(path)["Running"], 0.02)
    return int(site.engine.get(path)["ExitCode"] or 0)
