"""The platform `docker`: deployments are containers of an engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING

from milepost.sdk import Artifact, Deployment, Health, Recorded, Resource, Step, Task
from milepost_docker.engine.glance import glance
from milepost_docker.platform import finding
from milepost_docker.platform.client import client_of, credited
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.health import health
from milepost_docker.platform.state import DockerState

if TYPE_CHECKING:
    from milepost.sdk.capabilities import Adopted, Examined, LogLine, Planned
    from milepost_docker.platform.works import Works


class DockerPlatform:
    """Runs an app's image as containers of an engine; looking at them takes little, the rest is in `works`."""

    def __init__(self, config: DockerConfig) -> None:
        self._config = config

    @cached_property
    def _works(self) -> Works:
        """What works on containers."""
        from milepost_docker.platform.works import Works  # noqa: PLC0415  `status` only looks, at many at once

        return Works(self._config)

    def status(self, recorded: Recorded[DockerState], step: Step) -> Health:
        """Return how the deployment is now."""
        if recorded.state is None:
            return Health(name="missing", message="it was never made")
        return health(client_of(self._config.client_config, recorded.state, step), recorded.state, step)

    def find(self, labels: dict[str, str], step: Step) -> tuple[Resource, ...]:
        """Return the containers that carry the labels."""
        with glance(credited(self._config.client_config, step), step) as engine:
            return finding.found(engine, labels)

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Make the containers, start them where the strategy says so, and wait until they are ready."""
        return self._works.deploy(artifact, step)

    def destroy(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Remove the containers; the volumes too if that was asked for by name."""
        self._works.destroy(recorded, step)

    def park(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Stop the containers and keep them; nothing but `unpark` starts them again."""
        self._works.park(recorded, step)

    def unpark(self, recorded: Recorded[DockerState], step: Step) -> Deployment:
        """Start the containers, made anew where they are gone or a secret has changed, and wait for them."""
        return self._works.unpark(recorded, step)

    def scale(self, recorded: Recorded[DockerState], replicas: int, step: Step) -> Deployment:
        """Have so many containers; those that are to go serve until `trim`."""
        return self._works.scale(recorded, replicas, step)

    def trim(self, recorded: Recorded[DockerState], step: Step) -> None:
        """Remove the containers that are no longer wanted."""
        self._works.trim(recorded, step)

    def logs(self, recorded: Recorded[DockerState], step: Step, *, follow: bool, tail: int | None) -> Iterator[LogLine]:
        """Yield what the containers printed, and with `follow` what they print."""
        return self._works.logs(recorded, step, follow=follow, tail=tail)

    def exec(self, recorded: Recorded[DockerState], argv: tuple[str, ...], step: Step) -> int:
        """Run a command in a container that runs, on the user's terminal."""
        return self._works.exec(recorded, argv, step)

    def run_task(self, task: Task, artifact: Artifact | None, step: Step) -> None:
        """Run the task in a container of its own, on the app's networks and with its variables and files."""
        self._works.run_task(task, artifact, step)

    def adopt(self, resources: tuple[Resource, ...], step: Step) -> Adopted:
        """Return the deployment that the found containers are, by the note that each has as a label."""
        return self._works.adopt(resources, step)

    def open(self, recorded: Recorded[DockerState], step: Step) -> AbstractContextManager[str]:
        """Give the URL at which this machine reaches a container; through ssh where the engine is elsewhere."""
        return self._works.open(recorded, step)

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return what a deploy would make."""
        return self._works.plan(artifact, step)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield whether the engine, and what the config names on it, is there."""
        return self._works.examine(step)

    def clean_up(self, step: Step) -> None:
        """Remove the network of the project and workspace, if nothing is on it; the app's volumes if that was asked."""
        self._works.clean_up(step)

    def targets(self, step: Step) -> tuple[str, ...]:
        """Return what the engine runs, such as `linux/arm64`."""
        return self._works.targets(step)
