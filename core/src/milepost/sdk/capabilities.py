"""What a plugin may be able to do besides its role: small protocols, asked for with `isinstance`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from msgspec import Meta, Struct

from milepost.sdk.artifact import Artifact, RegistryAccess
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
    """A builder, registry or platform with artifacts that can be looked for and deleted.

    A builder's are those that it keeps itself, a platform's those that it fetched; what a registry has is no other's.
    """

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


@runtime_checkable
class LimitsArtifacts(KeepsArtifacts, Protocol):
    """A builder, registry or platform that is to keep only so many artifacts of an app: `delete` is called for others.

    That is after a release, never for a digest that a deployment in any workspace or a rollback needs; builders are
    told to delete provisional artifacts alone. When nothing of the app stands any more, builders and platforms are told
    to delete what no other workspace needs.
    """

    def keeps(self) -> int | None:
        """Return how many artifacts to keep beside those that a deployment may need; None: all, 0: no others."""
        ...


@runtime_checkable
class GrantsAccess(Protocol):
    """A registry that lets builders push and platforms pull by themselves."""

    def access(self, step: Step) -> RegistryAccess:
        """Return where the artifact of this build is to be and how to put it there; nothing is changed.

        Asked before a build whose artifact is to be pushed here, with the build's operation. What the builder has
        pushed there still goes through `push`, which finds it in its place.
        """
        ...

    def pull_access(self, artifact: Artifact, step: Step) -> RegistryAccess | None:
        """Return how the artifact can be pulled; None where it is not of this registry or everybody may pull it.

        Asked before each deploy and task with the credentials of today, also for what was pushed long ago.
        """
        ...


@runtime_checkable
class Targets(Protocol):
    """A platform that knows for which operating systems and processors artifacts must be made.

    Asked where the builder's offer `wants_targets`, by a config from which all is missing that only the build tells.
    """

    def targets(self, step: Step) -> tuple[str, ...]:
        """Return them, such as `linux/arm64`; none when that cannot be told. Asked before a build."""
        ...


@runtime_checkable
class Scales(Protocol):
    """A platform that can change the number of replicas of a deployment that runs."""

    def scale(self, recorded: Recorded[Any], replicas: int, step: Step) -> Deployment:
        """Have so many replicas, wait until they are ready, and return the deployment with its endpoints as they are.

        Those that are to go still serve when this returns, until `trim`: the releaser has not let go of them yet.
        """
        ...

    def trim(self, recorded: Recorded[Any], step: Step) -> None:
        """Remove the replicas that are no longer wanted, now that no traffic goes there."""
        ...


@runtime_checkable
class Opens(Protocol):
    """A platform that can make a deployment reachable from the user's machine, staged or live."""

    def open(self, recorded: Recorded[Any], step: Step) -> AbstractContextManager[str]:
        """Give the URL at which this machine reaches the deployment while the context lasts.

        Where it is elsewhere, that is a tunnel which ends with the context.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One thing that a plugin looked at for `doctor`."""

    level: Literal["ok", "warning", "problem"]
    """How bad it is; a `problem` keeps a run from succeeding."""
    what: str
    """What was found, in one line that makes sense alone."""
    hint: str = ""
    """What to type or do about it."""


@runtime_checkable
class Examines(Protocol):
    """A role that can look whether all that it needs is there: connections, rights, space, programs."""

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield what is found. Nothing is changed, and what is missing is yielded as a problem, not raised."""
        ...


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One thing that an operation would do."""

    action: Literal["make", "change", "keep", "remove"]
    """What would become of it."""
    kind: str
    """What it is in the platform's words, such as `container`."""
    name: str
    """Which one, as people know it."""
    detail: str = ""
    """What of it matters before it is done."""


@runtime_checkable
class Plans(Protocol):
    """A role that can say what it would do, quickly and without doing it."""

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return what a build, push, deploy or release would do now; no artifact where there is none yet.

        Raises what the operation itself would raise at once, such as for a network that is not there.
        """
        ...


@runtime_checkable
class CleansUp(Protocol):
    """A platform or releaser with objects that several deployments of a workspace share."""

    def clean_up(self, step: Step) -> None:
        """Remove what is ours and used by nothing any more, now that nothing of the app stands in the workspace."""
        ...


@runtime_checkable
class Splits(Protocol):
    """A releaser whose traffic may be split between what is live and another deployment: `release` ends that for it."""

    def abort(self, step: Step) -> None:
        """Send all traffic to the `current` deployment again; without a part elsewhere nothing happens."""
        ...

    def weights(self, step: Step) -> dict[str, int]:
        """Return who gets how many percent: operation ids of deployments, the current one's too; none: not released."""
        ...


@runtime_checkable
class Weighs(Splits, Protocol):
    """A releaser that can send a part of the traffic to a deployment, before `release` sends all of it."""

    def weigh(self, deployment: Recorded[Any], previous: str, weight: int, step: Step) -> Release:
        """Send `weight` percent (1 to 99) of the traffic to the deployment, the rest to `previous`: it stays `current`.

        Raises TrafficMovedError, and changes nothing, when something else than `previous` is live.
        """
        ...
