"""Tasks: a command that runs once in a container of its own, as the app would run, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from msgspec import structs

from milepost.sdk import CommandFailedError, OperationError, Task
from milepost.sdk.errors import DeadlineError
from milepost_docker.engine.connect import Engine
from milepost_docker.engine.trouble import EngineError
from milepost_docker.platform import naming, replica
from milepost_docker.platform.condition import ended
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.container import Draft
from milepost_docker.platform.logs import lines
from milepost_docker.platform.site import Site, heeding
from milepost_docker.platform.terminal import is_of_buildpacks
from milepost_docker.platform.volume import remove_volumes

_TAIL = 10
_SETTLE = 30.0
"""Seconds that the engine may take to note the end of a container whose output has ended."""


def task_config(config: DockerConfig, task: Task, labels: dict[str, str] | None) -> DockerConfig:
    """Return the config of a task's container: the app's, without what is for serving, with what `task` says."""
    said = config.task
    keeps = is_of_buildpacks(labels) if said.keep_entrypoint is None else said.keep_entrypoint
    return structs.replace(
        config,
        entrypoint=config.entrypoint if keeps else [task.command[0]],
        command=list(task.command if keeps else task.command[1:]),
        worker=True,
        publish=[],
        extra_ports=[],
        health_check=None,
        proxy=None,
        restart="no",
        binds=[*config.binds, *said.binds],
        networks=[*config.networks, *said.networks],
        network={name: structs.replace(each, aliases=[], ip=None) for name, each in config.network.items()},
        labels={**config.labels, **said.labels},
        resources=said.resources or config.resources,
        static_environment={**config.static_environment, **said.static_environment},
    )


def carry_out(site: Site, task: Task) -> None:
    """Run the task to its end, its output through the step. Raises CommandFailedError, DeadlineError."""
    name = site.step.key()
    site.step.intend(naming.CONTAINER, name)
    draft = Draft(
        image=site.state.image,
        labels=replica.own_labels(site, "task"),
        env=replica.environment(site),
        network=site.state.network,
        volumes=replica.volume_names(site.config, site),
        mounts=site.mounts,
    )
    try:
        site.step.created(name, replica.created(site, name, draft))
        replica.complete(site, name)
        _run_to_its_end(site, name, task)
    finally:
        if not site.config.task.debug_containers:
            replica.remove(site, name)
            remove_volumes(site.engine, tuple(str(each["Source"]) for each in site.mounts), site.step)


def _run_to_its_end(site: Site, name: str, task: Task) -> None:
    """Start the container, pass on what it prints, and judge its end."""
    tail: list[str] = []
    # This one heeds the step, unlike the site's, whose tunnel it shares: a cancel ends the listening.
    with heeding(site.engine, site.step) as engine, _limit(site.engine, name, task) as is_over:
        with engine.explaining(f"listening to the task {task.name}"), _attached(engine, name) as channel:
            _start(site, name, task)
            for stream, line in lines(iter(channel.read, b""), tty=False):
                site.step.output(f"{line}\n", stream)
                tail = [*tail, line][-_TAIL:]
        site.step.wait(f"the end of {task.name}", _SETTLE, lambda: not _state(site, name)["Running"], 0.02)
    if is_over.is_set():
        raise DeadlineError(f"the task {task.name}", task.timeout)
    _judge(_state(site, name), task, "\n".join(tail))


def _attached(engine: Engine, name: str) -> Any:
    """Return the connection on which all comes that the container prints from its start on."""
    return engine.hijack(f"/containers/{name}/attach", {"stream": True, "stdout": True, "stderr": True})


@contextmanager
def _limit(engine: Engine, name: str, task: Task) -> Iterator[threading.Event]:
    """Kill the container when the task's time is over; give what is set then."""
    over = threading.Event()

    def end() -> None:
        over.set()
        with suppress(EngineError):
            engine.post(f"/containers/{name}/kill")

    timer = threading.Timer(task.timeout, end)
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        timer.join()


def _start(site: Site, name: str, task: Task) -> None:
    """Start the task's container. Raises OperationError with the engine's words where it cannot."""
    try:
        site.engine.post(f"/containers/{name}/start")
    except EngineError as error:
        raise OperationError(f"the task {task.name} could not be started: {error.said}") from error


def _judge(state: dict[str, Any], task: Task, tail: str) -> None:
    """Raise what the end of the task means, unless it is a good one."""
    if state.get("OOMKilled"):
        raise OperationError(f"the task {task.name} {ended(state)}", hint='task { resources = { memory = "1g" } }')
    if state["ExitCode"]:
        raise CommandFailedError(task.command, state["ExitCode"], tail)


def _state(site: Site, name: str) -> dict[str, Any]:
    """Return the state of the task's container. Raises OperationError when somebody has removed it."""
    found = site.engine.container(name)
    if found is None:
        raise OperationError(f"the container of the task, {name}, was removed by somebody else")
    state: dict[str, Any] = found["State"]
    return state
