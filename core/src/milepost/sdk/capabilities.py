"""What a plugin may be able to do besides its role: small protocols, asked for with `isinstance`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from msgspec import Meta, Struct

from milepost.sdk.artifact import Artifact
from milepost.sdk.config import PluginConfig
from milepost.sdk.deployment import Deployment, Recorded, Release, Resource
from milepost.sdk.step import Step, Stream, Task


class LogLine(Struct, frozen=True, kw_only=True):
    """A line that a deployment printed."""

    text: Annotated[str, Meta(description="The line, without its end.")]
    replica: Annotated[str, Meta(description="Which replica printed it, such as `web.1`.")] = ""
    at: Annotated[datetime | None, Meta(description="When, in UTC, where the platform knows.")] = None
    stream: Annotated[Stream, Meta(description="Where it was printed.")] = "stdout"


@runtime_checkable
class Parks(Protocol):
    """A platform that can stop a deployment and start it again: what `start-first`, `stop-first` and rollback want."""

    def park(self, recorded: Recorded[Any], step: Step) -> None:
        """Stop the deployment gracefully and keep all it needs; one that is stopped already is no error."""
        ...

    def unpark(self, recorded: Recorded[Any], step: Step) -> Deployment:
        """Start it, wait until it is ready, and return it: its endpoints may have changed."""
        ...


@runtime_checkable
class Logs(Protocol):
    """A platform that can show what a deployment prints."""

    def logs(self, recorded: Recorded[Any], step: Step, *, follow: bool, tail: int | None) -> Iterator[LogLine]:
        """Yield the last `tail` lines (all: None), then, with `follow`, each new one until cancelled."""
        ...


@runtime_checkable
class Executes(Protocol):
    """A platform that can run a command beside a deployment, with the user's terminal."""

    def exec(self, recorded: Recorded[Any], argv: tuple[str, ...], step: Step) -> int:
        """Run `argv` in the deployment's folder and environment and return its exit status."""
        ...


@runtime_checkable
class RunsTasks(Protocol):
    """A platform that can run a task in an artifact before it is deployed."""

    def run_task(self, task: Task, artifact: Artifact | None, step: Step) -> None:
        """Run the task to its end, its output through the step. Raises CommandFailedError, DeadlineError."""
        ...


@runtime_checkable
class DeploysInPlace(Protocol):
    """A platform where several deployments may be one outside object."""

    def generation(self, step: Step) -> str | None:
        """Return the name of the object that a deploy now would change; None for an object of its own."""
        ...


@runtime_checkable
class Finds(Protocol):
    """A platform that can look for objects by their labels, for those that no record names."""

    def find(self, labels: dict[str, str], step: Step) -> tuple[Resource, ...]:
        """Return all objects that carry the labels, whole or half made, each with all its labels and its exact key."""
        ...


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """A deployment as its platform knows it, for a history that has lost its record or never had one."""

    recorded: Recorded[Any]
    """What a deploy would have left in its record: state, resources, artifact, deployment."""
    presence: Literal["staged", "parked"]
    """`parked`: it does not run, and `unpark` starts it."""
    config: PluginConfig | None = None
    """The config it was deployed with; None where nobody knows any more."""


@runtime_checkable
class Adopts(Protocol):
    """A platform that can say of objects it finds what a deploy would have left in the record."""

    def adopt(self, resources: tuple[Resource, ...], step: Step) -> Adopted:
        """Return the deployment that the found objects are; nothing is changed.

        The step's operation is the one that made them. Raises NotReadyError where they never became a whole one, such
        as what a deploy left that died, OperationError where that cannot be told.
        """
        ...


@runtime_checkable
class AdoptsReleases(Protocol):
    """A releaser that can say of a release it finds what `release` would have left in the record."""

    def adopt_release(self, deployment: str, step: Step) -> Release:
        """Return the release of the deployment of that operation, which gets the traffic; nothing is changed.

        What `release` would have saved is saved. Raises OperationError when that deployment does not get the traffic.
        """
        ...


@runtime_checkable
class KeepsArtifacts(Protocol):
    """A builder or registry whose artifacts can be looked for, copied and deleted."""

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the bytes are there and have the recorded digest."""
        ...

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove the bytes; what is gone already is no error."""
        ...


@runtime_checkable
class CopiesArtifacts(Protocol):
    """A registry that can take an artifact from where another workspace's registry keeps it."""

    def copy_from(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the artifact as this registry keeps it, with the same digest, which was verified."""
        ...
