"""The platform `local`: deployments are folders and processes of this machine."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from milepost.sdk import (
    Artifact,
    ArtifactGoneError,
    Command,
    Deployment,
    Health,
    OperationError,
    Recorded,
    Resource,
    Secret,
    Step,
    Task,
)
from milepost.sdk.capabilities import Adopted, LogLine
from milepost.sdk.secret import Part
from milepost_local import processes
from milepost_local.config import LocalConfig, LocalState
from milepost_local.config_files import refuse_config_files, write_config_files
from milepost_local.content import unpack
from milepost_local.control import ask_environment, ask_status
from milepost_local.disk import explained, remove_tree
from milepost_local.environment import app_environment
from milepost_local.files import discard_damaged
from milepost_local.logs import read_logs
from milepost_local.note import FOLDER, PROCESSES, adopted, deployment_of, where, write_note
from milepost_local.place import Place, places, read_labels, socket_path, write_text
from milepost_local.prepare import prepare
from milepost_local.readiness import health, wait_ready


class LocalPlatform:
    """Runs an app's files as processes of this machine, or has them served as they are."""

    def __init__(self, config: LocalConfig) -> None:
        self._config = config

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Unpack and prepare the files, start the processes where the strategy says so, and wait for them."""
        tree = _needed(artifact)
        if self._config.is_static:
            refuse_config_files(step)
        key = step.key()
        place = _place(step, key)
        step.intend(FOLDER, key)
        if not self._config.is_static:
            step.intend(PROCESSES, step.key(PROCESSES))
        state = LocalState(key=key, folder=str(place.root), socket=_socket(step, key), launch=self._config)
        step.save(state)
        _make_folder(place, state, tree, step)
        step.created(key, str(place.root))
        _unpack(tree, place.app, step)
        prepare(self._config, place.app, step)
        if step.facts.strategy == "blue-green":
            deployment = self._started(state, step)
        else:
            _mark_parked(place)
            deployment = deployment_of(state)
        with explained("marking the deployment as whole"):
            place.whole.touch()
        return deployment

    def status(self, recorded: Recorded[LocalState], step: Step) -> Health:
        """Return how the deployment is now."""
        if recorded.state is None:
            return Health(name="missing", message="it was never made")
        return health(recorded.state, step)

    def destroy(self, recorded: Recorded[LocalState], step: Step) -> None:
        """End the processes and remove the folder."""
        timeout = recorded.state.launch.stop_timeout if recorded.state else processes.STOP_TIMEOUT
        for place in _places(recorded, step):
            if place.root.is_dir():
                with explained("marking the deployment's folder"):
                    place.doomed.touch()
            processes.stop(place, timeout, step)
            _remove(place)

    def park(self, recorded: Recorded[LocalState], step: Step) -> None:
        """End the processes and keep the folder."""
        state = _known(recorded)
        place = Place(Path(state.folder))
        # Before the end: whoever looks from now on sees a purpose in it.
        _mark_parked(place)
        processes.stop(place, state.launch.stop_timeout, step)

    def unpark(self, recorded: Recorded[LocalState], step: Step) -> Deployment:
        """Start the processes with the step's environment and wait until they are ready."""
        state = _known(recorded)
        place = Place(Path(state.folder))
        if not place.app.is_dir():
            raise OperationError(
                f"the deployment's folder {place.app} is gone", hint=f"milepost redeploy {step.facts.app}"
            )
        return self._started(state, step)

    def logs(self, recorded: Recorded[LocalState], step: Step, *, follow: bool, tail: int | None) -> Iterator[LogLine]:
        """Yield what the replicas printed."""
        return read_logs(Place(Path(_known(recorded).folder)), step, follow=follow, tail=tail)

    def exec(self, recorded: Recorded[LocalState], argv: tuple[str, ...], step: Step) -> int:
        """Run a command in the deployment's folder and environment, on the user's terminal."""
        state = _known(recorded)
        app = Place(Path(state.folder)).app
        env = _live_environment(state, step) or app_environment(app, state.launch.pass_env, step)
        env = {**_terminal(step), **env}
        return step.run(Command(argv=argv, cwd=str(app), env=env, isolated=True, attach=True, check=False)).status

    def run_task(self, task: Task, artifact: Artifact | None, step: Step) -> None:
        """Run the task in a fresh copy of the files, prepared like a deployment."""
        app = step.facts.scratch / "task"
        _unpack(_needed(artifact), app, step)
        prepare(self._config, app, step)
        write_config_files(app, step)
        env = app_environment(app, self._config.pass_env, step)
        step.run(Command(argv=task.command, cwd=str(app), env=env, isolated=True, timeout=task.timeout))

    def find(self, labels: dict[str, str], step: Step) -> tuple[Resource, ...]:
        """Return the folders of deployments that carry the labels."""
        found = {place.root: read_labels(place) for place in places(step.facts.data)}
        return tuple(
            Resource(kind=FOLDER, key=folder.name, id=str(folder), labels=own)
            for folder, own in found.items()
            if own and labels.items() <= own.items()
        )

    def adopt(self, resources: tuple[Resource, ...], step: Step) -> Adopted:
        """Return the deployment whose folder was found, by the note that its deploy left there."""
        (folder,) = (each.key for each in resources if each.kind == FOLDER)
        return adopted(_place(step, folder), step)

    def _started(self, state: LocalState, step: Step) -> Deployment:
        """Return the deployment when its processes run and are ready."""
        place = Place(Path(state.folder))
        if not state.launch.is_static:
            key = step.key(PROCESSES)
            step.intend(PROCESSES, key)
            status = ask_status(state.socket)
            if status is None or status.stopping:
                processes.stop(place, state.launch.stop_timeout, step)
                write_config_files(place.app, step)
                processes.start(state, step)
            ports = wait_ready(state, step)
            state = msgspec.structs.replace(state, ports=ports)
            step.created(key, where(ports))
            step.save(state)
        with explained("marking the deployment as started"):
            place.parked.unlink(missing_ok=True)
        return deployment_of(state)


def _terminal(step: Step) -> dict[str, str | Secret]:
    """Return what a program must know of the user's terminal."""
    return {name: value for name, value in step.facts.environment.items() if name in ("TERM", "COLORTERM")}


def _needed(artifact: Artifact | None) -> Artifact:
    """Return the artifact. Raises OperationError if there is none."""
    if artifact is None:
        raise OperationError("the platform local needs files to run", hint='add a build block with use "files" {}')
    return artifact


def _known(recorded: Recorded[LocalState]) -> LocalState:
    """Return what was remembered. Raises OperationError if it died before it could be."""
    if recorded.state is None:
        raise OperationError("the deployment was never made: it ended before its folder was", hint="milepost status")
    return recorded.state


def _place(step: Step, key: str) -> Place:
    """Return where the deployment of this key lies."""
    if re.fullmatch(r"[\w][\w.-]*", key) is None:
        raise OperationError(f"{key!r} names no deployment's folder")
    return Place(step.facts.data / "deployments" / key)


def _places(recorded: Recorded[LocalState], step: Step) -> tuple[Place, ...]:
    """Return all folders that the deploy made or meant to make."""
    places = [_place(step, each.key) for each in recorded.resources if each.kind == FOLDER]
    if recorded.state is not None:
        places.append(Place(Path(recorded.state.folder)))
    return tuple(dict.fromkeys(places))


def _socket(step: Step, key: str) -> str:
    """Return where the supervisor of the deployment is to listen."""
    runtime = Path(step.facts.environment.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    return str(socket_path(step.facts.data, key, runtime))


def _make_folder(place: Place, state: LocalState, artifact: Artifact, step: Step) -> None:
    """Make the deployment's folder; it is found from its labels on, and the note is there by then."""
    with explained("making the deployment's folder"):
        place.log.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_note(place, state, artifact)
        write_text(place.labels, json.dumps(dict(step.facts.labels)))


def _unpack(artifact: Artifact, app: Path, step: Step) -> None:
    """Put the artifact's files into the new folder `app`, whole or not at all. Raises ArtifactGoneError."""
    scratch = app.with_name(f".{app.name}.new")
    remove_tree(scratch)
    try:
        unpack(artifact.reference, artifact.digest, scratch)
    except ArtifactGoneError:
        discard_damaged(artifact, step)
        raise
    with explained("putting the app's files in place"):
        scratch.rename(app)
    step.check()


def _remove(place: Place) -> None:
    """Remove the deployment's folder: first out of the way in one move, so that nothing starts in half of it."""
    gone = place.root.with_name(f".gone-{place.root.name}")
    remove_tree(gone)
    with explained("removing the deployment's folder"), suppress(FileNotFoundError):
        place.root.rename(gone)
    remove_tree(gone)


def _mark_parked(place: Place) -> None:
    """Note that the deployment is stopped on purpose."""
    with explained("marking the deployment as parked"):
        place.parked.touch()


def _live_environment(state: LocalState, step: Step) -> dict[str, str | Secret] | None:
    """Return the environment that the app runs with, secrets masked from now on; None while nothing runs."""
    live = ask_environment(state.socket)
    if live is None:
        return None
    for name in live.secrets:
        step.mask(live.env[name])
    return {
        name: Secret([Part(value, f"the app's {name}")]) if name in live.secrets else value
        for name, value in live.env.items()
    }
