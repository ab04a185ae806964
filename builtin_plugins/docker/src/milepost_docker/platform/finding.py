"""Containers that no record names: found by their labels, and told what a deploy would have left of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from milepost.sdk import NotReadyError, OperationError, Recorded, Resource, Step
from milepost.sdk.capabilities import Adopted
from milepost_docker.platform import naming
from milepost_docker.platform.condition import condition
from milepost_docker.platform.endpoint import deployment_of
from milepost_docker.platform.note import Note
from milepost_docker.platform.state import DockerState, ReplicaState

if TYPE_CHECKING:
    from milepost_docker.engine.connect import Engine
    from milepost_docker.engine.glance import Glance


def found(engine: Glance, labels: dict[str, str]) -> tuple[Resource, ...]:
    """Return all containers of ours that carry the labels."""
    wanted = [naming.PART, *(f"{name}={value}" for name, value in labels.items())]
    listed = engine.get("/containers/json", {"all": True, "filters": {"label": wanted}})
    return tuple(
        Resource(kind=naming.CONTAINER, key=_name(each), id=each["Id"], labels=dict(each["Labels"])) for each in listed
    )


def adopted(engine: Engine, resources: tuple[Resource, ...], step: Step) -> Adopted:
    """Return the deployment that the containers are. Raises NotReadyError where they are no whole one."""
    containers = {each.key: each for each in resources if naming.STATE in each.labels}
    if not containers:
        raise OperationError(
            f"{', '.join(each.key for each in resources)} has no note of a deploy, so what it is cannot be told",
            hint="milepost orphans destroy",
        )
    first = _noted(next(iter(containers.values())))
    replicas = tuple(sorted((_replica(each) for each in containers.values()), key=lambda each: each.number))
    if len(replicas) < first.state.wanted:
        raise NotReadyError(
            f"{step.key()} is no whole deployment: {len(replicas)} of {first.state.wanted} containers are there",
            hint=f"milepost orphans destroy {step.key()}",
        )
    state = structs.replace(first.state, replicas=replicas, wanted=len(replicas))
    recorded = Recorded(
        operation=step.facts.operation,
        state=state,
        resources=tuple(structs.replace(each, labels={}) for each in containers.values()),
        artifact=first.artifact,
        deployment=deployment_of(state),
    )
    return Adopted(recorded=recorded, presence=_presence(engine, state, step))


def _presence(engine: Engine, state: DockerState, step: Step) -> Any:
    """Return whether the deployment runs or was stopped. Raises NotReadyError for one that does neither."""
    seen = [condition(engine.container(each.name), state.restart) for each in state.replicas]
    names = {each.name for each in seen}
    if names == {"ready"}:
        return "staged"
    if names == {"parked"}:
        return "parked"
    told = "; ".join(each.message for each in seen if each.message)
    raise NotReadyError(f"{step.key()} is not ready: {told}", hint=f"milepost orphans destroy {step.key()}")


def _noted(container: Resource) -> Note:
    """Return what the label says. Raises OperationError for one that cannot be read."""
    try:
        return msgspec.json.decode(container.labels[naming.STATE], type=Note)
    except msgspec.DecodeError as error:
        raise OperationError(f"the note of {container.key} cannot be read: {error}") from error


def _replica(container: Resource) -> ReplicaState:
    """Return the replica that a container is."""
    (noted,) = _noted(container).state.replicas
    return structs.replace(noted, name=container.key, id=container.id or "")


def _name(listed: dict[str, Any]) -> str:
    """Return a container's own name: one that is linked to has the names of the links too."""
    return str(next(each[1:] for each in listed["Names"] if "/" not in each[1:]))
