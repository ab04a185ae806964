"""What the platform `docker` does on an engine: deployments made, started, stopped, removed, looked into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import structs

from milepost.sdk import Artifact, Deployment, Recorded, RefusedError, Resource, Step, Task
from milepost.sdk.capabilities import Adopted, Examined, LogLine, Planned
from milepost_docker.engine.connect import Engine, connected
from milepost_docker.engine.trouble import MissingError
from milepost_docker.platform import finding, following, forecast, logs, naming, picture, replica, scaling, terminal
from milepost_docker.platform.client import client_of, credited
from milepost_docker.platform.condition import instant
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.endpoint import deployment_of
from milepost_docker.platform.files import needed_mounts, put_files
from milepost_docker.platform.network import demand_others, ensure_network, remove_unused
from milepost_docker.platform.proxy import public_url, refuse_staging
from milepost_docker.platform.reach import opened
from milepost_docker.platform.readiness import start_all, wait_ready
from milepost_docker.platform.site import Site, at
from milepost_docker.platform.state import DockerState, ReplicaState
from milepost_docker.platform.task import carry_out, task_config
from milepost_docker.platform.volume import ensure_volumes, remove_left, remove_volumes, tell_of_unnamed


class Works:
    """Works on the containers of an app's deployments."""

    def __init__(self, config: DockerConfig) -> None:
        self._config = config

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Make the containers, start them where the strategy says so, and wait until they are ready."""
        image, config = picture.needed(artifact), self._config
        _refuse_strategy(config, step)
        with self._engine(step) as engine:
            found = picture.on_engine(engine, image, config, step, pull=config.force_pull)
            tell_of_unnamed(config, found, step)
            step.check()
            site = replace(_site(engine, config, found, step), artifact=image)
            site = site.with_(structs.replace(site.state, pulled=picture.reference_to_forget(engine, image)))
            step.save(site.state)
            for number in range(1, config.replicas + 1):
                step.check()
                site = replica.make(site, number)
            if step.facts.strategy == "blue-green":
                site = _ready(site)
        return deployment_of(site.state)

    def destroy(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Remove the containers; the volumes too if that was asked for by name."""
        names = [each.key for each in recorded.resources if each.kind == naming.CONTAINER]
        names += [each.name for each in recorded.state.replicas] if recorded.state else []
        if not recorded.resources and not names:
            return
        with self._engine(step, recorded.state) as engine:
            for name in dict.fromkeys(names):
                with suppress(MissingError):
                    engine.delete(f"/containers/{name}", {"force": True, "v": step.facts.volumes})
            gone = [each.key for each in recorded.resources if each.kind == naming.VOLUME]
            if recorded.state:
                gone += recorded.state.volumes if step.facts.volumes else ()
                picture.forget(engine, recorded.state)
            remove_volumes(engine, tuple(gone), step)

    def park(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Stop the containers and keep them; nothing but `unpark` starts them again."""
        with at(self._config, recorded, step) as site:
            replica.stop_all(site)

    def unpark(self, recorded: Recorded[DockerState], step: Step) -> Deployment:
        """Start the containers, made anew where they are gone or a secret has changed, and wait for them."""
        with at(self._config, recorded, step) as before:
            site = replace(before, mounts=needed_mounts(before))
            for each in before.state.replicas:
                step.check()
                site = _whole(site, each)
            return deployment_of(_ready(site).state)

    def scale(self, recorded: Recorded[DockerState], replicas: int, step: Step) -> Deployment:
        """Have so many containers; those that are to go serve until `trim`."""
        with at(self._config, recorded, step) as site:
            return deployment_of(scaling.scaled(site, replicas).state)

    def trim(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Remove the containers that are no longer wanted."""
        with at(self._config, recorded, step) as site:
            scaling.trimmed(site)

    def logs(self, recorded: Recorded[DockerState], step: Step, *, follow: bool, tail: int | None) -> Iterator[LogLine]:
        """Yield what the containers printed, and with `follow` what they print."""
        shown: dict[str, datetime | None] = {}
        with at(self._config, recorded, step) as site:
            began = instant(site.engine.info()["SystemTime"])
            for line in logs.backlog(site, tail):
                shown[line.replica] = line.at
                yield line
            if follow:
                who = {each.number: naming.replica_name(step.facts.app, each.number) for each in site.state.replicas}
                seen = [(each, shown.get(who[each.number]) or began) for each in site.state.replicas]
                yield from following.follow(site.engine, seen, step)

    def exec(self, recorded: Recorded[DockerState], argv: tuple[str, ...], step: Step) -> int:
        """Run a command in a container that runs, on the user's terminal."""
        with at(self._config, recorded, step) as site:
            return terminal.execute(site, argv)

    def run_task(self, task: Task, artifact: Artifact | None, step: Step) -> None:
        """Run the task in a container of its own, on the app's networks and with its variables and files."""
        image = picture.needed(artifact)
        with self._engine(step) as engine:
            pull = self._config.task.force_pull or self._config.force_pull
            found = picture.on_engine(engine, image, self._config, step, pull=pull)
            config = task_config(self._config, task, found["Config"].get("Labels"))
            step.check()
            carry_out(_site(engine, config, found, step), task)

    def adopt(self, resources: tuple[Resource, ...], step: Step) -> Adopted:
        """Return the deployment that the found containers are, by the note that each has as a label."""
        with self._engine(step) as engine:
            return finding.adopted(engine, resources, step)

    def open(self, recorded: Recorded[DockerState], step: Step) -> AbstractContextManager[str]:
        """Give the URL at which this machine reaches a container; through ssh where the engine is elsewhere."""
        return self._opened(recorded, step)

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return what a deploy would make."""
        _refuse_strategy(self._config, step)
        return forecast.plan(self._config, artifact, step)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield whether the engine, and what the config names on it, is there."""
        yield from forecast.examine(self._config, step)

    def clean_up(self, step: Step) -> None:
        """Remove the network of the project and workspace, if nothing is on it; the app's volumes if that was asked."""
        with self._engine(step) as engine:
            if step.facts.volumes:
                remove_left(engine, step)
            remove_unused(engine, step)

    def targets(self, step: Step) -> tuple[str, ...]:
        """Return what the engine runs, such as `linux/arm64`."""
        if self._config.platform is not None:
            return (self._config.platform,)
        with self._engine(step) as engine:
            return (engine.platform(),)

    @contextmanager
    def _opened(self, recorded: Recorded[DockerState], step: Step) -> Iterator[str]:
        """Give the URL as long as the connection lasts."""
        with at(self._config, recorded, step) as site, opened(site) as url:
            yield url

    def _engine(self, step: Step, state: DockerState | None = None) -> AbstractContextManager[Engine]:
        """Give the engine that a deployment is on; without a state, that of the config."""
        config = self._config.client_config
        client = client_of(config, state, step) if state else credited(config, step)
        return connected(client, step, heed=False)


def _site(engine: Engine, config: DockerConfig, image: dict[str, Any], step: Step) -> Site:
    """Return the site of a new deployment: its network and volumes are there, no container yet."""
    demand_others(engine, config)
    state = DockerState(
        key=step.key(),
        host=engine.address.identity,
        local=engine.address.local,
        image=image["Id"],
        network=ensure_network(engine, step),
        restart=config.restart,
        port=None if config.worker else config.service_port,
        wanted=config.replicas,
        url=public_url(config, step.facts),
    )
    site = Site(engine=engine, config=config, step=step, state=state)
    return replace(site.with_(structs.replace(state, volumes=ensure_volumes(site))), mounts=needed_mounts(site))


def _whole(site: Site, each: ReplicaState) -> Site:
    """Return the site with a container that can be started: as it stands, or made anew."""
    found = site.engine.container(each.name)
    if found is not None and found["State"]["Running"]:
        return site
    if found is not None and replica.is_as_wanted(site, found):
        put_files(site, each.name)
        return site
    picture.on_engine(site.engine, picture.needed(site.artifact), site.config, site.step)
    demand_others(site.engine, site.config)
    ensure_network(site.engine, site.step)
    replica.remove(site, each.name)
    return replica.make(site, each.number)


def _ready(site: Site) -> Site:
    """Start all containers and wait for them."""
    site = start_all(site, site.state.replicas)
    wait_ready(site, site.state.replicas)
    return site


def _refuse_strategy(config: DockerConfig, step: Step) -> None:
    """Raise RefusedError for what cannot be with the strategy: fixed ports that two would need, labels of a proxy."""
    refuse_staging(config, step)
    if config.publish and step.facts.strategy != "stop-first":
        raise RefusedError(
            f"publish gives {config.publish[0]} to one container, and with {step.facts.strategy} the old and the "
            "new one run side by side",
            hint='strategy = "stop-first" in the app',
        )
