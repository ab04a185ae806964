"""The world of the fake plugins: one JSON file, changed under a lock and replaced as a whole."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EMPTY: dict[str, Any] = {
    "log": [],
    "deployments": {},
    "routes": {},
    "shares": {},
    "volumes": {},
    "trouble": {},
    "findings": [],
    "ports": 20000,
}


class World:
    """What exists outside milepost, as far as the fakes are concerned.

    `log` is what was done, in order; `deployments` are objects by key; `routes` say which operation's
    deployment is live, by `project/workspace/app`, `shares` what else gets a part there;
    `volumes` outlive deployments; `trouble` is what goes wrong at which point, `findings` what a doctor sees.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "world.json"

    def read(self) -> dict[str, Any]:
        """Return the world as it is now."""
        try:
            return {**EMPTY, **json.loads(self._file.read_bytes())}
        except FileNotFoundError:
            return json.loads(json.dumps(EMPTY))  # type: ignore[no-any-return]  # a deep copy of a dict is a dict

    @contextmanager
    def change(self) -> Iterator[dict[str, Any]]:
        """Give the world to be changed; nobody else changes it meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._folder / "world.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            world = self.read()
            yield world
            scratch = self._folder / "world.json.new"
            scratch.write_text(json.dumps(world, indent=1))
            # Replaced as a whole: a fake may be killed at any instant, too.
            scratch.replace(self._file)

    def note(self, what: str) -> None:
        """Add a line to the log."""
        with self.change() as world:
            world["log"].append(what)

    def trouble(self, point: str, kind: str) -> None:
        """Let trouble of a kind (`fail`, `bug`, `hang`, `deaf`, `die`, `slow`; empty: none) come at a point."""
        with self.change() as world:
            world["trouble"][point] = kind

    def log(self) -> list[str]:
        """Return what was done, in order."""
        return list(self.read()["log"])
