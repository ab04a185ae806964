"""Leaving a place: all is destroyed, and nothing of it runs on."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from tests.journeys.place import Place, until
from tests.journeys.processes import Running


def busy(place: Place) -> list[Running]:
    """Return what still works on a run: command lines, apps' parts, and what they started."""
    return [each for each in place.running() if each.kind in ("part", "other")]


def at_rest(place: Place, seconds: float = 30.0) -> None:
    """Wait until nobody works on a run any more."""
    until("the end of all runs", lambda: not busy(place), seconds)


def leave(place: Place) -> None:
    """Destroy all that stands, in every workspace; raises AssertionError when something runs on."""
    try:
        if list(place.state.glob("projects/*")) and (place.folder / "milepost.hcl").is_file():
            for workspace in _workspaces(place):
                place.run("destroy", "--all", "--yes", "-w", workspace)
        left = place.running()
        assert not left, left
    finally:
        for each in place.running():
            with suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)


def _workspaces(place: Place) -> set[str]:
    """Return the workspaces in which something stands."""
    found = place.json("deployment", "list", "--limit", "10000")["deployments"]
    return {each["workspace"] for each in found if each["presence"] != "destroyed"}
