"""The platform `docker`: deployments are containers of an engine."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress

from msgspec import structs

from milepost.sdk import (
    HTTP_ENDPOINT,
    Artifact,
    Deployment,
    Endpoint,
    Health,
    OperationError,
    Recorded,
    RefusedError,
    Step,
)
from milepost_docker.engine.connect import Engine, connected
from milepost_docker.engine.trouble import MissingError
from milepost_docker.platform import naming, picture, replica
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.container import LOOPBACK
from milepost_docker.platform.health import health
from milepost_docker.platform.network import ensure_network, remove_unused
from milepost_docker.platform.readiness import start_all, wait_ready
from milepost_docker.platform.site import Site, at, client_of
from milepost_docker.platform.state import DockerState, ReplicaState
from milepost_docker.platform.volume import ensure_volumes, remove_volumes


class DockerPlatform:
    """Runs an app's image as containers of an engine."""

    def __init__(self, config: DockerConfig) -> None:
        self._config = config

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Make the containers, start them where the strategy says so, and wait until they are ready."""
        image = picture.needed(artifact)
        _refuse_shared_ports(self._config, step)
        with connected(self._config.client_config, step, heed=False) as engine:
            pull = self._config.force_pull
            found = picture.on_engine(engine, image, self._config, step, pull=pull)
            step.check()
            site = self._begun(engine, found["Id"], step)
            for number in range(1, self._config.replicas + 1):
                step.check()
                site = replica.make(site, number)
            if step.facts.strategy == "blue-green":
                site = _ready(site)
        return deployment_of(site.state, step)

    def status(self, recorded: Recorded[DockerState], step: Step) -> Health:
        """Return how the deployment is now."""
        if recorded.state is None:
            return Health(name="missing", message="it was never made")
        return health(client_of(self._config.client_config, recorded.state, step), recorded.state, step)

    def destroy(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Remove the containers; the volumes too if that was asked for by name."""
        names = [each.key for each in recorded.resources if each.kind == naming.CONTAINER]
        names += [each.name for each in recorded.state.replicas] if recorded.state else []
        if not names:
            return
        with self._engine_of(recorded.state, step) as engine:
            for name in dict.fromkeys(names):
                _remove(engine, name, volumes=step.facts.volumes)
            if step.facts.volumes and recorded.state:
                remove_volumes(engine, recorded.state.volumes, step)

    def park(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Stop the containers and keep them; nothing but `unpark` starts them again."""
        with at(self._config, _known(recorded), step) as site:
            for each in site.state.replicas:
                replica.stop(site, each)

    def unpark(self, recorded: Recorded[DockerState], step: Step) -> Deployment:
        """Start the containers, made anew where they are gone or a secret has changed, and wait for them."""
        with at(self._config, _known(recorded), step) as before:
            site = before
            for each in before.state.replicas:
                step.check()
                site = self._whole(site, each, recorded.artifact)
            return deployment_of(_ready(site).state, step)

    def clean_up(self, step: Step) -> None:
        """Remove the network of the project and workspace, if nothing is on it any more."""
        with connected(self._config.client_config, step, heed=False) as engine:
            remove_unused(engine, step)

    def _begun(self, engine: Engine, image: str, step: Step) -> Site:
        """Return the site of a new deployment: its network and volumes are there, no container yet."""
        state = DockerState(
            key=step.key(),
            host=engine.address.identity,
            local=engine.address.local,
            image=image,
            network=ensure_network(engine, step),
            restart=self._config.restart,
            port=None if self._config.worker else self._config.service_port,
        )
        site = Site(engine=engine, config=self._config, step=step, state=state)
        site = site.with_(structs.replace(state, volumes=ensure_volumes(site)))
        step.save(site.state)
        return site

    def _whole(self, site: Site, each: ReplicaState, artifact: Artifact | None) -> Site:
        """Return the site with a container that can be started: as it stands, or made anew."""
        found = site.engine.container(each.name)
        if found is not None and (found["State"]["Running"] or replica.is_as_wanted(site, found)):
            return site
        picture.on_engine(site.engine, picture.needed(artifact), self._config, site.step)
        ensure_network(site.engine, site.step)
        replica.remove(site, each.name)
        return replica.make(site, each.number)

    def _engine_of(self, state: DockerState | None, step: Step) -> AbstractContextManager[Engine]:
        """Give the engine that a deployment is on; without a state, that of the config."""
        config = self._config.client_config
        return connected(client_of(config, state, step) if state else config, step, heed=False)


def _ready(site: Site) -> Site:
    """Start all containers and wait for them."""
    site = start_all(site)
    wait_ready(site)
    return site


def deployment_of(state: DockerState, step: Step) -> Deployment:
    """Return what the platform answers for a deployment in this state.

    On another machine's engine a container is reached by its name, by those who are on its network.
    """
    details = {
        "containers": [each.name for each in state.replicas],
        "network": state.network,
        "image": state.image,
        "engine": state.host,
    }
    if state.port is None:
        return Deployment(details=details)
    near = [f"http://{LOOPBACK}:{each.ports[f'{state.port}/tcp']}" for each in state.replicas]
    there = near if state.local else [f"http://{each.name}:{state.port}" for each in state.replicas]
    endpoints = tuple(Endpoint(kind=HTTP_ENDPOINT, address=each) for each in there)
    return Deployment(endpoints=endpoints, url=near[0] if state.local else None, details=details)


def _remove(engine: Engine, name: str, *, volumes: bool) -> None:
    """Remove a container, running or not; one that is gone is no error."""
    with suppress(MissingError):
        engine.delete(f"/containers/{name}", {"force": True, "v": volumes})


def _known(recorded: Recorded[DockerState]) -> DockerState:
    """Return what was remembered. Raises OperationError if it died before it could be."""
    if recorded.state is None:
        raise OperationError("the deployment was never made: it ended before a container was", hint="milepost status")
    return recorded.state


def _refuse_shared_ports(config: DockerConfig, step: Step) -> None:
    """Raise RefusedError for fixed ports that two deployments would need at once."""
    if config.publish and step.facts.strategy != "stop-first":
        raise RefusedError(
            f"publish gives {config.publish[0]} to one container, and with {step.facts.strategy} the old and the "
            "new one run side by side",
            hint='strategy = "stop-first" in the deploy block',
        )
