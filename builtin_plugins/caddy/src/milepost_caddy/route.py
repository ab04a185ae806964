"""A route: where one app in one workspace is public, and the folder that remembers it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, json

from milepost.sdk import Facts
from milepost_caddy import disk
from milepost_caddy.config import HTTP, HTTPS

_DEFAULT_WORKSPACE = "default"
ANY = ""
"""The host, or the listening address, that stands for all."""


class Tls(Struct, frozen=True, kw_only=True):
    """How a route speaks HTTPS."""

    by: Annotated[Literal["internal", "acme", "files"], Meta(description="Where its certificate comes from.")]
    email: Annotated[str | None, Meta(description="Whom an ACME authority writes to.")] = None
    directory: Annotated[str | None, Meta(description="The URL of its directory.")] = None
    files: Annotated[
        str, Meta(description="The beginning of the names of the PEM files in the route's folder; changes with them.")
    ] = ""


class Claim(Struct, frozen=True, order=True):
    """What a route answers and no other one may: paths of a host on a port."""

    port: int
    host: str
    path: str

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.host or '*'}:{self.port}{self.path}"


class Route(Struct, frozen=True, kw_only=True):
    """Where an app is public."""

    key: Annotated[str, Meta(description="The name of its folder.")]
    app: Annotated[str, Meta(description="The app's name.")]
    workspace: Annotated[str, Meta(description="The workspace's name.")]
    listen: Annotated[str, Meta(description="The IP address to listen on; none: all of them.")]
    port: Annotated[int, Meta(description="The port to listen on.")]
    project: Annotated[str, Meta(description="The project's name, where several share a Caddy.")] = ""
    store: Annotated[str, Meta(description="The id of the history store that knows of it.")] = ""
    hosts: Annotated[tuple[str, ...], Meta(description="The hosts that are asked for; none: any.")] = ()
    paths: Annotated[tuple[str, ...], Meta(description="The paths that are asked for; none: any.")] = ()
    strip_prefix: Annotated[str, Meta(description="What the app does not see of the path.")] = ""
    tls: Annotated[Tls | None, Meta(description="How it speaks HTTPS; none: it speaks HTTP.")] = None
    names: Annotated[tuple[str, ...], Meta(description="The hosts that its certificate is for.")] = ()
    redirect: Annotated[int | None, Meta(description="The port on which HTTP is sent to HTTPS.")] = None
    machine: Annotated[str, Meta(description="The host of the engine on which it is, as it is reached from here.")] = ""
    networks: Annotated[tuple[str, ...], Meta(description="The engine's networks on which the app is reached.")] = ()

    @property
    def address(self) -> str:
        """The address to listen on, as Caddy writes it."""
        return at(self.listen, self.port)

    @property
    def ports(self) -> frozenset[int]:
        """All ports on which it is answered."""
        return frozenset({self.port, *filter(None, (self.redirect,))})

    def is_secure(self, port: int) -> bool:
        """Return whether it speaks HTTPS on that port."""
        return self.tls is not None and port == self.port

    @property
    def reachable(self) -> str:
        """The host or IP address at which this machine reaches it."""
        here = {ANY: "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared, not bound
        return self.machine or here.get(self.listen, self.listen)

    @property
    def name(self) -> str:
        """What people call it."""
        where = f"{self.app} in {self.workspace}"
        return f"{where} of {self.project}" if self.project else where

    def claims(self) -> Iterator[Claim]:
        """Yield what it answers."""
        for port in sorted(self.ports):
            for host in self.hosts or (ANY,):
                for path in self.paths or ("/*",):
                    yield Claim(port, host, path)

    def urls(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Return where the app is public, the best one first.

        Without hosts that are told apart, that is one that works without a resolver which knows the name.
        """
        here = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        own = (f"{label(self.app, self.workspace)}.localhost",) if not self.machine else ()
        names = self.hosts or (here, *hosts, *own)
        if self.tls and self.tls.by != "internal" and hosts:
            names = hosts
        scheme, usual = ("https", HTTPS) if self.tls else ("http", HTTP)
        end = "" if self.port == usual else f":{self.port}"
        path = "" if not self.paths else self.paths[0].partition("*")[0]
        return tuple(f"{scheme}://{host}{end}{path}" for host in names)


class Routes:
    """The routes of one Caddy, in its folder."""

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

    def keep(self, route: Route, pem: Mapping[str, bytes]) -> None:
        """Remember a route, durably, and files beside it that only their owner may read."""
        folder = self._folder / route.key
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in pem.items():
            disk.write_private(folder / name, content)
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


def at(listen: str, port: int) -> str:
    """Return an address to listen on, as Caddy writes it."""
    return f"[{listen}]:{port}" if ":" in listen else f"{listen}:{port}"


def label(app: str, workspace: str) -> str:
    """Return what a host name of an app begins with."""
    return (app if workspace == _DEFAULT_WORKSPACE else f"{app}-{workspace}").lower()


def project_folder(facts: Facts) -> Path:
    """Return the folder of the project's own Caddy; it need not exist yet."""
    return facts.data / short(facts.project)


def shared_folder(facts: Facts) -> Path:
    """Return the folder of the Caddy that all projects share; no project's has this name."""
    return facts.data / "shared"


def route_key(facts: Facts, *, shared: bool = False) -> str:
    """Return the key of the route of this app in this workspace, among those of its project or of all."""
    names = (facts.app, facts.workspace)
    return short(facts.project, *names) if shared else short(*names)


def short(*names: str) -> str:
    """Return a short file name for any names, different for different ones on any file system."""
    plain = "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:16] for name in names)
    return f"{plain}-{sha256(repr(names).encode(errors='surrogateescape')).hexdigest()[:8]}".lstrip("-")
