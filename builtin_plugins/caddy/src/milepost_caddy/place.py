"""A place where a Caddy runs, with its routes: a folder of this machine, or a container on an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from milepost_caddy.route import Route
from milepost_caddy.traffic import Traffic

Json = dict[str, Any]


class Place(Protocol):
    """One Caddy and what it serves. Whatever changes it wants the lock of its `name`."""

    @property
    def name(self) -> str:
        """What the place is called: its folder, or its container."""
        ...

    @property
    def shared(self) -> bool:
        """Whether it serves several projects, each under its hosts."""
        ...

    def routes(self) -> tuple[Route, ...]:
        """Return all routes, in the order of their keys."""
        ...

    def find(self, key: str) -> Route | None:
        """Return the route with that key; None if there is none."""
        ...

    def others(self) -> Iterator[tuple[str, Route]]:
        """Yield the routes of other Caddies that would be in the way of a port, each with the name of its place."""
        ...

    def traffic(self, key: str) -> Traffic | None:
        """Return what gets a route's requests now, whether or not Caddy runs; None if nothing does."""
        ...

    def keep(self, route: Route, pem: Mapping[str, bytes]) -> None:
        """Remember a route durably, and files beside it that only Caddy and its owner may read."""
        ...

    def forget(self, key: str) -> None:
        """Remove a route and all its files; one that is gone already is no error."""
        ...

    def switch(self, key: str, traffic: Traffic) -> None:
        """Send the requests of a route to `traffic`, all at the same instant and durably.

        What dies before that instant has changed nothing.
        """
        ...

    def document(self, routes: Iterable[Route]) -> Json:
        """Return the configuration that serves the routes here."""
        ...

    def running(self) -> Json | None:
        """Return the configuration that Caddy runs with; None if no Caddy runs."""
        ...

    def obstacle(self, route: Route, bound: frozenset[str]) -> tuple[int, str] | None:
        """Return a port of the route on which nobody can listen, and why, other than where Caddy is `bound`."""
        ...

    def start(self, wanted: Json) -> None:
        """Start Caddy and wait until it serves. Raises OperationError, with what it said, if it ends instead."""
        ...

    def reload(self, wanted: Json, bound: frozenset[str]) -> None:
        """Give Caddy another configuration.

        That cuts idle connections, so busy clients are asked to let go of theirs first. What stays: a connection opened
        in the very instant, and one idle for longer than the asking.
        """
        ...

    def remove(self) -> None:
        """Let Caddy end, with a limit for what is still in flight, and remove all that it has."""
        ...

    def requests(self, addresses: frozenset[str]) -> int:
        """Return how many requests are with the replicas at these addresses right now."""
        ...
