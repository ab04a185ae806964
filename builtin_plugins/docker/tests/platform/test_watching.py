"""Logs, commands and tasks: what people see of containers, and what they run in them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Artifact, CommandFailedError, OperationError, Recorded, Task
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost.testing.bench import Bench
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.platform import DockerPlatform
from milepost_docker.platform.settings import TaskSettings
from milepost_docker.platform.state import DockerState
from tests.engines.docker import Engine

Config = Callable[..., DockerConfig]
Deploy = Callable[..., Recorded[Any]]
IDLE = ["sh", "-c", "trap 'exit 0' TERM; sleep 60 & wait $!"]
TALKER = ["sh", "-c", "trap 'exit 0' TERM; echo first; echo wrong >&2; echo last; sleep 60 & wait $!"]


def state_of(recorded: Recorded[Any]) -> DockerState:
    """Return what was remembered."""
    assert isinstance(recorded.state, DockerState)
    return recorded.state


def test_lines_tell_who_where_and_when(config: Config, deploy: Deploy, bench: Bench) -> None:
    said = config(worker=True, command=TALKER, replicas=2, settle=0.3)
    recorded = deploy(said)
    lines = list(DockerPlatform(said).logs(recorded, bench.step("status"), follow=False, tail=None))
    assert {(each.replica, each.stream, each.text) for each in lines} == {
        (replica, stream, text)
        for replica in ("web.1", "web.2")
        for stream, text in (("stdout", "first"), ("stderr", "wrong"), ("stdout", "last"))
    }
    assert all(each.at is not None for each in lines)


def test_following_goes_on_over_a_restart_and_ends_with_the_container(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    said = config(worker=True, command=[*IDLE[:2], f"echo first; echo last; {IDLE[2]}"], settle=0.3)
    recorded = deploy(said)
    name = state_of(recorded).replicas[0].name
    seen = []
    for line in DockerPlatform(said).logs(recorded, bench.step("status"), follow=True, tail=1):
        seen.append(line.text)
        if len(seen) == 1:
            docker_engine.docker("restart", "--time", "2", name)
        if seen.count("last") == 2:
            docker_engine.docker("rm", "--force", name)
    assert sorted(seen) == sorted(["last", "first", "last"])


def test_following_ends_with_a_cancel(config: Config, deploy: Deploy, bench: Bench) -> None:
    said = config(worker=True, command=TALKER, settle=0.3)
    recorded = deploy(said)
    step = bench.step("status")
    lines = DockerPlatform(said).logs(recorded, step, follow=True, tail=1)
    assert next(lines).text
    step.cancel.ask("enough")
    with pytest.raises(CancelledError):
        next(lines)


@pytest.mark.parametrize(("argv", "status"), [(("sh", "-c", "exit 3"), 3), (("nothing-here",), 127), (("true",), 0)])
def test_the_status_of_a_command_is_its_own(
    config: Config, deploy: Deploy, bench: Bench, argv: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    platform, recorded = DockerPlatform(config()), deploy(config())
    assert platform.exec(recorded, argv, bench.step("status")) in (status, 126)


def test_without_the_docker_command_a_command_runs_by_the_api(
    config: Config, deploy: Deploy, bench: Bench, tmp_path: Path
) -> None:
    recorded = deploy(config())
    step = bench.step("status", environment={"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert DockerPlatform(config()).exec(recorded, ("sh", "-c", "echo $GREETING; exit 4"), step) == 4
    assert "hello" in step.noted("output")


def test_a_command_where_nothing_runs_says_how_to_start_it(config: Config, deploy: Deploy, bench: Bench) -> None:
    recorded, platform = deploy(config()), DockerPlatform(config())
    platform.park(recorded, bench.step("park"))
    with pytest.raises(OperationError, match="no container of web runs") as caught:
        platform.exec(recorded, ("true",), bench.step("status"))
    assert caught.value.hint == "milepost start web"


def test_a_task_has_the_apps_variables_files_and_network(
    config: Config, bench: Bench, image: Artifact, containers: Callable[[], list[str]]
) -> None:
    said = config(
        entrypoint=["/bin/serve"], publish=["15998:3000"], task=TaskSettings(static_environment={"ONLY": "task"})
    )
    step = bench.step("task", files={"conf/a": "file"})
    command = ("sh", "-c", "echo $GREETING $ONLY $(cat /conf/a)")
    DockerPlatform(said).run_task(Task(name="show", command=command), image, step)
    assert "hello task file" in step.noted("output")
    assert containers() == []


def test_a_task_that_fails_tells_its_status_and_last_lines(config: Config, bench: Bench, image: Artifact) -> None:
    task = Task(name="migrate", command=("sh", "-c", "echo no table; exit 5"))
    with pytest.raises(CommandFailedError) as caught:
        DockerPlatform(config()).run_task(task, image, bench.step("task"))
    assert (caught.value.status, caught.value.tail) == (5, "no table")


def test_a_task_that_takes_too_long_is_ended(
    config: Config, bench: Bench, image: Artifact, containers: Callable[[], list[str]]
) -> None:
    task = Task(name="migrate", command=("sleep", "60"), timeout=0.5)
    with pytest.raises(DeadlineError):
        DockerPlatform(config()).run_task(task, image, bench.step("task"))
    assert containers() == []


def test_a_cancelled_task_is_stopped_and_removed(
    config: Config, bench: Bench, image: Artifact, containers: Callable[[], list[str]]
) -> None:
    step = bench.step("task")
    timer = threading.Timer(1.0, step.cancel.ask, ("enough",))
    timer.start()
    with pytest.raises(CancelledError):
        DockerPlatform(config()).run_task(Task(name="long", command=("sleep", "60")), image, step)
    timer.join()
    assert containers() == []


def test_a_task_can_be_given_to_the_images_entrypoint(config: Config, bench: Bench, image: Artifact) -> None:
    said = config(entrypoint=["echo", "prepared:"], task=TaskSettings(keep_entrypoint=True))
    step = bench.step("task")
    DockerPlatform(said).run_task(Task(name="show", command=("migrate", "now")), image, step)
    assert "prepared: migrate now" in step.noted("output")
