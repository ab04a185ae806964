"""Where the platform works at the moment: an engine, a config, a step, and what is known of one deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from milepost.sdk import Artifact, OperationError, Recorded, Step
from milepost_docker.engine.connect import Engine, connected, connected_to
from milepost_docker.platform.client import client_of
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.state import DockerState, ReplicaState


@dataclass(frozen=True, kw_only=True)
class Site:
    """One deployment on its engine, with all that is needed to work on it."""

    engine: Engine
    config: DockerConfig
    step: Step
    state: DockerState
    artifact: Artifact | None = None
    """What is deployed."""
    mounts: tuple[Mapping[str, Any], ...] = ()
    """Mounts of this deployment alone, in the engine's form."""

    def with_(self, state: DockerState) -> Site:
        """Return the same with another state."""
        return replace(self, state=state)

    def with_replica(self, replica: ReplicaState) -> Site:
        """Return the same with one replica as it is now, which is saved."""
        others = [each for each in self.state.replicas if each.number != replica.number]
        replicas = tuple(sorted([*others, replica], key=lambda each: each.number))
        state = structs.replace(self.state, replicas=replicas)
        self.step.save(state)
        return self.with_(state)


@contextmanager
def at(config: DockerConfig, recorded: Recorded[DockerState], step: Step) -> Iterator[Site]:
    """Give the site of a recorded deployment.

    A request there is short and goes to its end: what it made must be known. Those who wait ask the step themselves.
    """
    state = known(recorded)
    with connected(client_of(config.client_config, state, step), step, heed=False) as engine:
        yield Site(engine=engine, config=config, step=step, state=state, artifact=recorded.artifact)


def heeding(engine: Engine, step: Step) -> AbstractContextManager[Engine]:
    """Give the same engine, by the same tunnel, such that a cancel ends what is long there."""
    return connected_to(engine.address, engine.timeout, step)


def known(recorded: Recorded[DockerState]) -> DockerState:
    """Return what was remembered. Raises OperationError if it died before it could be."""
    if recorded.state is None:
        raise OperationError("the deployment was never made: it ended before a container was", hint="milepost status")
    return recorded.state
