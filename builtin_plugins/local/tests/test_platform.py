"""The platform `local` on real processes: what an app gets, and what can be done beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Artifact, OperationError, Recorded, Secret, Task
from milepost.sdk.errors import DeadlineError
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import SECRET
from milepost_local.config import LocalConfig
from milepost_local.platform import LocalPlatform

from .running import get, place, record, supervised, until

Deploy = Callable[..., Recorded[Any]]
Remains = Callable[[], list[str]]


def changed(config: LocalConfig, **fields: Any) -> LocalConfig:
    import msgspec

    return msgspec.structs.replace(config, **fields)


def test_each_replica_answers_on_a_port_of_its_own(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(changed(serving, replicas=3))
    assert recorded.deployment is not None
    assert len({each.address for each in recorded.deployment.endpoints}) == 3
    assert recorded.deployment.url == recorded.deployment.endpoints[0].address
    assert len({get(recorded, replica=number) for number in range(3)}) == 3


def test_the_app_gets_its_own_env_and_little_of_the_users(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    user = {**bench.step("status").facts.environment, "AWS_KEY": "x", "LC_ALL": "C", "WANTED": "y"}
    told = get(deploy(changed(serving, pass_env=["WANTED"]), environment=user), "/env")
    assert "GREETING=hello" in told
    assert f"PASSWORD={SECRET}" in told
    assert "LC_ALL=C" in told
    assert "WANTED=y" in told
    assert "AWS_KEY" not in told


def test_a_secret_is_on_no_disk_and_in_no_arguments(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    supervisor = record(recorded).supervisor.pid
    replica = supervised(recorded).replicas[0].pid
    until(lambda: "started with" in (place(recorded).log / "web.1.log").read_text())
    for pid in (supervisor, replica):
        assert SECRET not in Path(f"/proc/{pid}/cmdline").read_text()
    for path in (each for each in bench.folder.rglob("*") if each.is_file()):
        assert SECRET.encode() not in path.read_bytes(), path
    assert "started with ***" in (place(recorded).log / "web.1.log").read_text()


def test_what_lies_beside_the_app_is_for_the_user_alone(deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    assert Path(recorded.state.socket).stat().st_mode & 0o777 == 0o600
    assert Path(recorded.state.socket).parent.stat().st_mode & 0o077 == 0
    assert place(recorded).log.stat().st_mode & 0o077 == 0
    assert place(recorded).record.stat().st_mode & 0o077 == 0


def test_a_deployment_started_anew_has_todays_env(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    platform = LocalPlatform(serving)
    platform.park(recorded, bench.step("park"))
    platform.unpark(recorded, bench.step("unpark", env={"GREETING": "good day"}))
    assert get(recorded).startswith("good day")


def test_unparking_what_runs_changes_nothing(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    before = get(recorded)
    deployment = LocalPlatform(serving).unpark(recorded, bench.step("unpark"))
    assert get(recorded) == before
    assert recorded.deployment is not None
    assert deployment.endpoints == recorded.deployment.endpoints


def test_unparking_what_has_no_folder_any_more_says_what_to_type(
    bench: Bench, deploy: Deploy, serving: LocalConfig
) -> None:
    recorded = deploy(serving, strategy="stop-first")
    place(recorded).app.rename(place(recorded).root / "elsewhere")
    with pytest.raises(OperationError) as raised:
        LocalPlatform(serving).unpark(recorded, bench.step("unpark"))
    assert raised.value.hint == "milepost redeploy web"


def test_exec_has_the_environment_the_app_was_started_with(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    step = bench.step("status", env={"GREETING": "another"})
    script = 'test "$GREETING" = hello && test -f server.py && echo "$PASSWORD" > told'
    assert LocalPlatform(serving).exec(recorded, ("sh", "-c", script), step) == 0
    assert (place(recorded).app / "told").read_text().strip() == SECRET
    assert SECRET in step.noted("mask")
    assert SECRET not in step.everything()


def test_exec_in_a_parked_deployment_takes_todays_env(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving, strategy="stop-first")
    step = bench.step("status", env={"GREETING": "another"})
    assert LocalPlatform(serving).exec(recorded, ("sh", "-c", 'test "$GREETING" = another'), step) == 0


def test_a_task_runs_in_the_files_with_env_and_secrets(bench: Bench, artifact: Artifact, serving: LocalConfig) -> None:
    step = bench.step("task")
    command = ("sh", "-c", 'ls; test -n "$PASSWORD" && echo with a password')
    LocalPlatform(serving).run_task(Task(name="look", command=command), artifact, step)
    assert {"server.py", "with a password"} <= set(step.noted("output"))


def test_a_task_that_takes_too_long_is_ended(bench: Bench, artifact: Artifact, serving: LocalConfig) -> None:
    task = Task(name="hang", command=("sleep", "300"), timeout=0.3)
    with pytest.raises(DeadlineError):
        LocalPlatform(serving).run_task(task, artifact, bench.step("task"))


def test_limits_hold_for_the_app(deploy: Deploy, bench: Bench) -> None:
    command = ["sh", "-c", "ulimit -n; ulimit -d; ulimit -t; exec sleep 300"]
    config = LocalConfig(command=command, worker=True, settle=0.2, nofile=99, memory="512M", cpu_time=77)
    recorded = deploy(config)
    lines = LocalPlatform(config).logs(recorded, bench.step("status"), follow=False, tail=None)
    assert [each.text for each in lines] == ["99", str(512 * 1024), "77"]


def test_an_artifact_that_is_no_files_is_asked_for(bench: Bench, serving: LocalConfig) -> None:
    with pytest.raises(OperationError, match="needs files to run") as caught:
        LocalPlatform(serving).deploy(None, bench.step("deploy"))
    assert caught.value.hint == 'add a build block with use "files" {}'


def test_an_app_may_write_to_its_own_files_and_the_kept_ones_stay(
    bench: Bench, artifact: Artifact, deploy: Deploy
) -> None:
    command = ["sh", "-c", "echo more >> server.py; exec sleep 300"]
    recorded = deploy(LocalConfig(command=command, worker=True, settle=0.2))
    assert (place(recorded).app / "server.py").read_text().endswith("more\n")
    assert not Path(artifact.reference, "server.py").read_text().endswith("more\n")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"worker": True}, "a worker needs a command"),
        ({"stop_signal": "STOPP"}, "'STOPP' is no signal"),
        ({"memory": "lots"}, "'lots' is no size"),
        ({"log_size": "0"}, "'0' is no size"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LocalConfig(**fields)


def test_a_secret_of_a_url_is_kept_out_of_the_log(bench: Bench, deploy: Deploy) -> None:
    value = Secret([Part('p\u00e4ss/w"rd+1', "var.p")])
    encodings = "json.dumps(p), u.quote(p), base64.b64encode(('x' + p).encode()).decode()"
    imports = "import os, json, urllib.parse as u, base64, time"
    code = f"{imports}; p = os.environ['P']; print({encodings}, flush=True); time.sleep(300)"
    command = [sys.executable, "-c", code]
    recorded = deploy(LocalConfig(command=command, worker=True, settle=0.5), env={"P": value})
    until((place(recorded).log / "web.1.log").exists)
    text = (place(recorded).log / "web.1.log").read_text()
    assert text.count("***") == 3
    assert "rd+1" not in text
