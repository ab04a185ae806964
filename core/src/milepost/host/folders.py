"""Where milepost keeps things on this machine, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from milepost.sdk.errors import UsageError


class Folders(NamedTuple):
    """The folders of one user. None of them need exist yet."""

    home: Path
    """The user's own folder; the state folder where there is none."""
    state: Path
    """What must last: histories, locks, what plugins keep."""
    cache: Path
    """What can be made again at any time."""

    def plugin(self, distribution: str) -> Path:
        """Return the durable folder of a plugin's distribution."""
        return self.state / "plugins" / distribution

    def project(self, name: str) -> Path:
        """Return the folder that holds a project's history and locks."""
        return self.state / "projects" / name


def folders(environment: Mapping[str, str]) -> Folders:
    """Return the folders for the user with that environment.

    MILEPOST_STATE and MILEPOST_CACHE win, then the XDG variables, then the usual places under HOME.
    Raises UsageError when there is no HOME and nothing else says where.
    """
    home = Path(environment["HOME"]) if environment.get("HOME") else None
    state = _chosen(environment, "MILEPOST_STATE", "XDG_STATE_HOME", home and home / ".local" / "state")
    if state is None:
        raise UsageError("no HOME, so nowhere to keep the history", hint="set MILEPOST_STATE to a folder")
    cache = _chosen(environment, "MILEPOST_CACHE", "XDG_CACHE_HOME", home and home / ".cache") or state / "cache"
    return Folders(home or state, state, cache)


def _chosen(environment: Mapping[str, str], own: str, standard: str, usual: Path | None) -> Path | None:
    """Return the first place that is given: our own variable as it is, the others with our name below."""
    if environment.get(own):
        return Path(environment[own]).absolute()
    if environment.get(standard):
        return Path(environment[standard]).absolute() / "milepost"
    return usual / "milepost" if usual else None
