"""Which Caddy an app is released through: its project's own, the one that all projects share, or one on an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from milepost.sdk import Facts, Recorded, Step
from milepost_caddy.config import HTTP, HTTPS, CaddyConfig, CaddyState, EngineConfig
from milepost_caddy.container import ContainerPlace
from milepost_caddy.engine import Engine
from milepost_caddy.folder import FolderPlace
from milepost_caddy.place import Place
from milepost_caddy.route import Route, Routes, project_folder, route_key, shared_folder, short
from milepost_caddy.traffic import Traffic

CONTAINER = "milepost-caddy"
"""What the container of the shared Caddy of an engine is called."""


class Spot(NamedTuple):
    """A route's place, and its key there."""

    place: Place
    key: str

    @property
    def lock(self) -> str:
        """The name of the lock under which the place is changed."""
        return f"caddy:{self.place.name.rpartition('/')[2]}"

    def route(self) -> Route | None:
        """Return the route as it is kept; None if there is none."""
        return self.place.find(self.key)

    def traffic(self) -> Traffic | None:
        """Return what gets its requests now; None if nothing does."""
        return self.place.traffic(self.key)


def wanted_spot(config: CaddyConfig, step: Step) -> Spot:
    """Return where the app is to be released."""
    shared = is_shared(config, step.facts)
    if config.engine is not None:
        return _on_engine(config.engine, step, shared=shared)
    return _here(config, step, shared=shared)


def spot_now(config: CaddyConfig, step: Step, wanted: Spot | None = None) -> Spot:
    """Return where the app is released: where it is to be, unless it is at the other place of this machine still."""
    wanted = wanted or wanted_spot(config, step)
    other = other_spot(config, step)
    if other is not None and wanted.traffic() is None and other.traffic() is not None:
        return other
    return wanted


def other_spot(config: CaddyConfig, step: Step) -> Spot | None:
    """Return where the app may have been released before its project file said otherwise, on this machine."""
    if config.engine is not None:
        return None
    return _here(config, step, shared=not is_shared(config, step.facts))


def recorded_spot(recorded: Recorded[Any], config: CaddyConfig, step: Step) -> Spot:
    """Return where a recorded release is, also when it died before it said so."""
    state = recorded.state
    if not isinstance(state, CaddyState):
        return spot_now(config, step)
    if state.engine is not None:
        return Spot(
            ContainerPlace(state.folder, Engine(state.engine, step), step, shared=state.folder == CONTAINER),
            state.route,
        )
    folder = Path(state.folder)
    shared = folder == shared_folder(step.facts)
    return Spot(FolderPlace(folder, step, binary=config.binary, shared=shared), state.route)


def is_shared(config: CaddyConfig, facts: Facts) -> bool:
    """Return whether the app is to be among those of other projects."""
    if config.shared is not None:
        return config.shared
    port = facts.port or config.port
    if config.engine is not None:
        return port in {None, HTTP, HTTPS}
    if not facts.hosts:
        return False
    known = Routes(project_folder(facts)).find(route_key(facts))
    if port in {HTTP, HTTPS}:
        # One that has this port for itself already keeps it.
        return known is None or known.port != port
    return port is None and config.tls not in ("off", "internal")


def _here(config: CaddyConfig, step: Step, *, shared: bool) -> Spot:
    """Return the place in a folder of this machine."""
    folder = shared_folder(step.facts) if shared else project_folder(step.facts)
    place = FolderPlace(folder, step, binary=config.binary, shared=shared)
    return Spot(place, route_key(step.facts, shared=shared))


def _on_engine(engine: EngineConfig, step: Step, *, shared: bool) -> Spot:
    """Return the place on a container engine."""
    name = CONTAINER if shared else f"{CONTAINER}-{short(step.facts.project)}"
    place = ContainerPlace(name, Engine(engine, step), step, shared=shared)
    return Spot(place, route_key(step.facts, shared=shared))
