"""A route: the public port of one app in one workspace, and the folder that remembers it."""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, json

from milepost.sdk import Facts
from milepost_caddy import disk

_DEFAULT_WORKSPACE = "default"


class Route(Struct, frozen=True, kw_only=True):
    """Where an app is public."""

    key: Annotated[str, Meta(description="The name of its folder.")]
    app: Annotated[str, Meta(description="The app's name.")]
    workspace: Annotated[str, Meta(description="The workspace's name.")]
    listen: Annotated[str, Meta(description="The IP address to listen on.")]
    port: Annotated[int, Meta(description="The port to listen on.")]

    @property
    def address(self) -> str:
        """The address to listen on, as Caddy writes it."""
        return f"[{self.listen}]:{self.port}" if ":" in self.listen else f"{self.listen}:{self.port}"

    @property
    def reachable(self) -> str:
        """The IP address at which this machine reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.listen, self.listen)  # noqa: S104  compared, not bound

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.app} in {self.workspace}"

    def urls(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Return where the app is public, the best one first: it works without a resolver that knows the name."""
        here = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        label = self.app if self.workspace == _DEFAULT_WORKSPACE else f"{self.app}-{self.workspace}"
        names = (*hosts, f"{label.lower()}.localhost")
        return tuple(f"http://{host}:{self.port}" for host in (here, *names))


class Routes:
    """The routes of one project, in the folder of its Caddy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "routes"

    def folder(self, key: str) -> Path:
        """Return the folder of the route with that key, there or not."""
        return self._folder / key

    def find(self, key: str) -> Route | None:
        """Return the route with that key; None if there is none."""
        found = disk.read(self._folder / key / "route.json")
        return None if found is None else json.decode(found, type=Route)

    def all(self) -> tuple[Route, ...]:
        """Return all routes, in the order of their keys."""
        keys = sorted(path.parent.name for path in self._folder.glob("[!.]*/route.json"))
        return tuple(route for route in map(self.find, keys) if route)

    def keep(self, route: Route) -> None:
        """Remember a route, durably."""
        folder = self._folder / route.key
        folder.mkdir(parents=True, exist_ok=True)
        disk.write(folder / "route.json", json.encode(route).decode())
        disk.settle(folder)
        disk.settle(self._folder)

    def forget(self, key: str) -> None:
        """Remove a route and all its files; one that is gone already is no error."""
        gone = self._folder / f".gone-{key}"
        shutil.rmtree(gone, ignore_errors=True)
        if (self._folder / key).exists():
            (self._folder / key).rename(gone)
            shutil.rmtree(gone)


def project_folder(facts: Facts) -> Path:
    """Return the folder of the project's Caddy; it need not exist yet."""
    return facts.data / _key(facts.project)


def route_key(facts: Facts) -> str:
    """Return the key of the route of this app in this workspace."""
    return _key(facts.app, facts.workspace)


def _key(*names: str) -> str:
    """Return a short file name for any names, different for different ones on any file system."""
    plain = "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:16] for name in names)
    return f"{plain}-{sha256(repr(names).encode(errors='surrogateescape')).hexdigest()[:8]}".lstrip("-")
