"""The note beside a deployment: of it, what the history knew of the deployment can be told again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from milepost.sdk import (
    HTTP_ENDPOINT,
    STATIC_FILES,
    Artifact,
    Deployment,
    Endpoint,
    NotReadyError,
    OperationError,
    Recorded,
    Resource,
    Step,
)
from milepost.sdk.capabilities import Adopted
from milepost_local.config import LocalState
from milepost_local.control import ask_status
from milepost_local.place import Place, write_text

FOLDER, PROCESSES = "folder", "processes"
"""The kinds of objects that a deploy makes."""


def write_note(place: Place, state: LocalState, artifact: Artifact) -> None:
    """Write down what is deployed and how. Raises OSError."""
    noted = {"version": LocalState.version, "state": state, "artifact": artifact}
    write_text(place.note, msgspec.json.encode(noted).decode())


def adopted(place: Place, step: Step) -> Adopted:
    """Return the deployment in that place. Raises NotReadyError where its deploy never ended, OperationError."""
    noted = _read(place)
    if not place.whole.exists() or not place.app.is_dir():
        raise _half(place, "its deploy did not come to its end")
    state = _state(place, noted)
    recorded = Recorded(
        operation=step.facts.operation,
        state=state,
        resources=_resources(place, state, step),
        artifact=msgspec.convert(noted["artifact"], Artifact),
        deployment=deployment_of(state),
    )
    return Adopted(recorded=recorded, presence="parked" if place.parked.exists() else "staged", config=state.launch)


def deployment_of(state: LocalState) -> Deployment:
    """Return what the platform answers for a deployment in this state."""
    app = str(Place(Path(state.folder)).app)
    details = {"folder": app, "ports": list(state.ports)}
    if state.launch.is_static:
        return Deployment(endpoints=(Endpoint(kind=STATIC_FILES, address=app),), details=details)
    urls = [f"http://127.0.0.1:{port}" for port in state.ports]
    endpoints = tuple(Endpoint(kind=HTTP_ENDPOINT, address=url) for url in urls)
    return Deployment(endpoints=endpoints, url=urls[0] if urls else None, details=details)


def where(ports: tuple[int, ...]) -> str:
    """Return what the processes of a deployment are called by."""
    return f"on port {', '.join(map(str, ports))}" if ports else "a worker"


def _read(place: Place) -> dict[str, Any]:
    """Return the note. Raises OperationError if there is none that can be read, such as an older milepost-local's."""
    try:
        noted: dict[str, Any] = json.loads(place.note.read_bytes())
    except (OSError, ValueError) as error:
        raise OperationError(
            f"{place.root.name} has no note of its deploy, so what it is cannot be told: {error}",
            hint=f"look into {place.root}",
        ) from error
    return noted


def _state(place: Place, noted: dict[str, Any]) -> LocalState:
    """Return the state as it is now: ports are those of the processes that run."""
    fields = noted["state"]
    if noted["version"] != LocalState.version:
        fields = LocalState.upgrade(noted["version"], fields)
    state = msgspec.convert(fields, LocalState)
    status = ask_status(state.socket)
    ports = () if status is None else tuple(each.port for each in status.replicas if each.port is not None)
    return msgspec.structs.replace(state, ports=ports)


def _resources(place: Place, state: LocalState, step: Step) -> tuple[Resource, ...]:
    """Return what the deploy made."""
    folder = Resource(kind=FOLDER, key=state.key, id=str(place.root))
    if state.launch.is_static:
        return (folder,)
    return folder, Resource(kind=PROCESSES, key=step.key(PROCESSES), id=where(state.ports))


def _half(place: Place, why: str) -> NotReadyError:
    """Return the error for a folder that is no whole deployment."""
    return NotReadyError(
        f"{place.root.name} is no whole deployment: {why}", hint=f"milepost orphans destroy {place.root.name}"
    )
