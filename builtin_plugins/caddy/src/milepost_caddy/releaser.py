"""The releaser `caddy`: moves the traffic of an app from one deployment to another and drops no request."""

from __future__ import annotations

from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from milepost.sdk import Facts, Health, MilepostError, OperationError, Recorded, Release, Step, TrafficMovedError
from milepost.sdk.errors import DeadlineError
from milepost_caddy import disk, port, traffic
from milepost_caddy.config import CaddyConfig, CaddyState
from milepost_caddy.document import OWN_ANSWER
from milepost_caddy.route import Route, Routes, project_folder, route_key
from milepost_caddy.server import Server

_SETTLE = 0.05
"""How long a request may take from reading its target to being counted there, in seconds."""
_PATIENCE = 10.0
"""How long the public port may take to answer a look at it, in seconds."""


class CaddyReleaser:
    """Opens deployments with HTTP endpoints or static files on a port of their app's own."""

    def __init__(self, config: CaddyConfig) -> None:
        self._config = config

    def release(self, deployment: Recorded[Any], previous: str | None, step: Step) -> Release:
        """Send the app's requests to the deployment; return when those of before have ended, or their time is up."""
        new = traffic.traffic_to(deployment)
        folder, key = project_folder(step.facts), route_key(step.facts)
        server = Server(folder, step, self._config.binary)
        with step.exclusive(_lock(folder)):
            before = traffic.read(server.routes.folder(key))
            found = before.deployment if before else None
            if found not in {previous, deployment.operation}:
                raise TrafficMovedError(previous or "", found or "")
            route = self._route(server.routes.find(key), step.facts)
            step.save(_state(folder, route, deployment.operation))
            step.intend("route", key)
            _open(server, route)
            step.created(key, route.address)
            with disk.writing(folder):
                traffic.switch(server.routes.folder(key), new)
        old = frozenset(before.upstreams if before else ()) - frozenset(new.upstreams)
        until = self._drain(server, old, step) if before and before != new else step.now()
        return Release(urls=route.urls(step.facts.hosts), drain_until=until)

    def current(self, step: Step) -> str | None:
        """Return the operation id of the deployment that gets the requests, whether or not Caddy runs."""
        found = traffic.read(Routes(project_folder(step.facts)).folder(route_key(step.facts)))
        return found.deployment if found else None

    def adopt_release(self, deployment: str, step: Step) -> Release:
        """Return the release of the deployment that gets the requests. Raises OperationError if another one does."""
        folder, key = project_folder(step.facts), route_key(step.facts)
        routes = Routes(folder)
        route, now = routes.find(key), traffic.read(routes.folder(key))
        if route is None or now is None or now.deployment != deployment:
            found = f"{now.deployment} does" if now else "nothing does"
            raise OperationError(f"{deployment} does not get the requests of {step.facts.app}: {found}")
        step.save(_state(folder, route, deployment))
        return Release(urls=route.urls(step.facts.hosts))

    def status(self, recorded: Recorded[Any], step: Step) -> Health:
        """Return what a request at the public port gets."""
        folder, key = _place(recorded, step.facts)
        server = Server(folder, step)
        route, now = server.routes.find(key), traffic.read(server.routes.folder(key))
        if route is None or now is None:
            return Health(name="missing", message="nothing is released")
        if isinstance(recorded.state, CaddyState) and recorded.state.deployment != now.deployment:
            return Health(name="missing", message=f"{now.deployment} is live instead")
        if server.admin.running() is None:
            return Health(name="down", message="Caddy does not run; milepost start opens it again")
        return _asked(route, step.facts)

    def destroy(self, recorded: Recorded[Any], step: Step) -> None:
        """Close the app's port; the last route of a project takes Caddy and its folder along."""
        folder, key = _place(recorded, step.facts)
        server = Server(folder, step, self._config.binary)
        with step.exclusive(_lock(folder)):
            with disk.writing(folder):
                server.routes.forget(key)
            if server.routes.all():
                if server.admin.running() is not None:
                    server.serve()
                return
            server.stop()
            with disk.writing(folder):
                disk.remove(folder)

    def _route(self, known: Route | None, facts: Facts) -> Route:
        """Return the app's route as it is to be: with the port that is asked for, or that it has, or a new one."""
        key, listen = route_key(facts), self._config.listen
        number = facts.port or self._config.port or (known.port if known else port.chosen(facts, key, listen))
        return Route(key=key, app=facts.app, workspace=facts.workspace, listen=listen, port=number)

    def _drain(self, server: Server, old: frozenset[str], step: Step) -> datetime:
        """Wait until no request is with the replicas of before, and return until when there may be one.

        The traffic has moved already, so a step that runs out of time does not fail for it.
        """
        limit = step.now() + timedelta(seconds=self._config.drain)
        try:
            step.sleep(_SETTLE)
            count = server.admin.requests(old)
            if count:
                step.say(f"{count} of the requests that had begun go on; waiting up to {self._config.drain:g} s")
            while step.now() < limit and server.admin.requests(old):
                step.sleep(_SETTLE)
        except DeadlineError:
            return limit
        return step.now()


def _open(server: Server, route: Route) -> None:
    """Let Caddy listen for the route; where it cannot, what was known of the route stands as before."""
    known = server.routes.find(route.key)
    try:
        if route != known:
            with disk.writing(server.routes.folder(route.key)):
                server.routes.keep(route)
        server.serve(route)
    except MilepostError:
        with disk.writing(server.routes.folder(route.key)):
            server.routes.forget(route.key) if known is None else server.routes.keep(known)
        raise


def _asked(route: Route, facts: Facts) -> Health:
    """Return how the app answers at its public port."""
    path, method = (facts.health.path, "GET") if facts.health.path else ("/", "HEAD")
    connection = HTTPConnection(route.reachable, route.port, timeout=_PATIENCE)
    try:
        connection.request(method, path)
        response = connection.getresponse()
    except (OSError, HTTPException) as error:
        return Health(name="down", message=f"{method} {path} at {route.address}: {error or type(error).__name__}")
    finally:
        connection.close()
    if response.getheader(OWN_ANSWER):
        return Health(name="down", message=f"Caddy runs, and nothing behind it answers {method} {path}")
    if response.status >= 500:
        return Health(name="alive", message=f"{method} {path} at {route.address} answers {response.status}")
    return Health(name="ready", message=f"public at {route.address}")


def _place(recorded: Recorded[Any], facts: Facts) -> tuple[Path, str]:
    """Return the folder and the key of a recorded release's route, also when it died before it said so."""
    state = recorded.state
    if isinstance(state, CaddyState):
        return Path(state.folder), state.route
    return project_folder(facts), route_key(facts)


def _state(folder: Path, route: Route, deployment: str) -> CaddyState:
    """Return what is to be remembered of a release."""
    return CaddyState(folder=str(folder), route=route.key, deployment=deployment, listen=route.listen, port=route.port)


def _lock(folder: Path) -> str:
    """Return the name of the lock on the project's Caddy."""
    return f"caddy:{folder.name}"
