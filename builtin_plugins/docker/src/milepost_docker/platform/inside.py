"""Looks at a container from inside: its own health check, and its port where there is no way to it from outside.

Milepost runs a health check at once: the engine waits a whole interval before its first look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.sdk.errors import DeadlineError
from milepost_docker.engine.trouble import ConflictError, EngineError, MissingError
from milepost_docker.platform.condition import last_check
from milepost_docker.platform.probe import Seen
from milepost_docker.platform.site import Site
from milepost_docker.platform.state import ReplicaState

_SHELL = ["/bin/sh", "-c"]
_LIMIT = 10.0
_NO_PROGRAM = (126, 127)


def has_check(found: Mapping[str, Any]) -> bool:
    """Whether the engine checks the container's health."""
    test = (found["Config"].get("Healthcheck") or {}).get("Test")
    return bool(test) and test != ["NONE"]


def look_from_inside(site: Site, replica: ReplicaState, port: int, path: str | None) -> Seen | None:
    """Return how the container answers a program of its own; None where it has none that could ask."""
    url = f"http://127.0.0.1:{port}{path}"
    ways = (["wget", "-q", "-O", "/dev/null", url], ["curl", "-sf", "-o", "/dev/null", url])
    # Whoever listens on all addresses stands in the kernel's own table.
    listening = [rf"^ *[0-9]*: 0\{{8,\}}:{port:04X} 0*:0000 0A", "/proc/net/tcp", "/proc/net/tcp6"]
    for argv in ways if path else (["grep", "-qs", *listening],):
        try:
            status = run_quietly(site, replica.id, argv)
        except (ConflictError, MissingError):
            return Seen(False, "ended while it was looked at")
        except EngineError:
            # The engine's way of saying that there is no such program.
            continue
        if status not in _NO_PROGRAM:
            if path:
                return Seen(status == 0, f"{'answered' if status == 0 else 'did not answer well'} on {path}")
            how = f"{'listens' if status == 0 else 'does not listen'} on port {port}"
            return Seen(status == 0, how, is_deaf=status != 0)
    return None


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
