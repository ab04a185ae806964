"""What becomes of running deployments: kills, restarts, ends, and what status says of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from milepost.sdk import Artifact, Command, HealthCheck, Recorded, Result
from milepost.sdk.errors import CancelledError
from milepost.testing.bench import Bench
from milepost_local.config import LocalConfig
from milepost_local.control import tell
from milepost_local.identity import identify, marked
from milepost_local.platform import LocalPlatform
from milepost_local.processes import leftovers

from .running import get, place, record, rewrite_record, supervised, until

Deploy = Callable[..., Recorded[Any]]
Remains = Callable[[], list[str]]


def changed(config: LocalConfig, **fields: Any) -> LocalConfig:
    import msgspec

    return msgspec.structs.replace(config, **fields)


def test_a_killed_app_is_started_again_on_its_port(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    before = supervised(recorded).replicas[0]
    os.kill(before.pid, signal.SIGKILL)
    until(lambda: supervised(recorded).replicas[0].pid not in (0, before.pid))
    assert supervised(recorded).replicas[0].port == before.port
    platform = LocalPlatform(serving)
    until(lambda: platform.status(recorded, bench.step("status")).name == "ready")
    lines = [each.text for each in platform.logs(recorded, bench.step("status"), follow=False, tail=None)]
    assert "[milepost] web.1 was ended by SIGKILL; in 0.5 s it starts again" in lines


def test_one_replica_that_is_down_makes_it_partial(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(changed(serving, replicas=2, restart_limit=0))
    os.kill(supervised(recorded).replicas[1].pid, signal.SIGKILL)
    until(lambda: supervised(recorded).replicas[1].state == "failed")
    health = LocalPlatform(serving).status(recorded, bench.step("status"))
    assert (health.name, health.ready, health.wanted) == ("partial", 1, 2)
    assert health.message == "web.2 was ended by SIGKILL; milepost logs web"


def test_an_app_that_runs_and_is_sick_is_alive(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    step = bench.step("status", health=HealthCheck(path="/sick"))
    health = LocalPlatform(serving).status(recorded, step)
    assert (health.name, health.message) == ("alive", "web.1 answered 503 on /sick; milepost logs web")


def test_a_killed_supervisor_takes_its_apps_along_and_status_says_what_to_type(
    bench: Bench, deploy: Deploy, serving: LocalConfig, remains: Remains
) -> None:
    recorded = deploy(serving)
    supervisor = record(recorded).supervisor.pid
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: not leftovers(place(recorded)))
    platform = LocalPlatform(serving)
    health = platform.status(recorded, bench.step("status"))
    assert health.name == "down"
    assert health.message == f"its supervisor, process {supervisor}, has ended; milepost start web"
    started = platform.unpark(recorded, bench.step("unpark"))
    assert started.endpoints
    assert platform.status(recorded, bench.step("status")).name == "ready"
    os.kill(record(recorded).supervisor.pid, signal.SIGKILL)
    platform.destroy(recorded, bench.step("destroy"))
    assert remains() == []


def test_destroy_finds_what_a_killed_supervisors_app_had_started_by_itself(
    bench: Bench, deploy: Deploy, remains: Remains
) -> None:
    recorded = deploy(LocalConfig(command=["sh", "-c", "setsid sleep 300 & exec sleep 300"], worker=True, settle=0.2))
    os.kill(record(recorded).supervisor.pid, signal.SIGKILL)
    until(lambda: len(marked(place(recorded).root)) == 1)
    health = LocalPlatform(LocalConfig()).status(recorded, bench.step("status"))
    assert f"still there: process {marked(place(recorded).root)[0].pid}" in health.message
    LocalPlatform(LocalConfig()).destroy(recorded, bench.step("destroy"))
    assert remains() == []


def test_a_stopped_supervisor_that_answers_nothing_is_ended_by_force(
    bench: Bench, deploy: Deploy, serving: LocalConfig, remains: Remains
) -> None:
    recorded = deploy(changed(serving, stop_timeout=0.1))
    os.kill(record(recorded).supervisor.pid, signal.SIGSTOP)
    LocalPlatform(serving).destroy(recorded, bench.step("destroy"))
    assert remains() == []


@pytest.mark.parametrize("field", ["started", "boot"])
def test_a_process_that_has_the_id_of_an_app_by_chance_is_never_touched(
    bench: Bench, deploy: Deploy, serving: LocalConfig, field: str
) -> None:
    recorded = deploy(serving)
    LocalPlatform(serving).park(recorded, bench.step("park"))
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as foreign:
        identity = identify(foreign.pid)
        assert identity is not None
        false = list(identity._replace(**{field: "another"}))

        def pretend(known: dict[str, Any]) -> None:
            known["supervisor"] = false
            known["replicas"] = [{"name": "web.1", "process": false, "port": 20000}]

        rewrite_record(recorded, pretend)
        health = LocalPlatform(serving).status(recorded, bench.step("status"))
        LocalPlatform(serving).destroy(recorded, bench.step("destroy"))
        assert foreign.poll() is None
        foreign.kill()
    assert health.name == "parked"


def test_after_a_restart_of_the_machine_status_says_so(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving)
    os.kill(record(recorded).supervisor.pid, signal.SIGKILL)
    until(lambda: not marked(place(recorded).root))
    rewrite_record(recorded, lambda known: known["supervisor"].__setitem__(2, "an earlier boot"))
    health = LocalPlatform(serving).status(recorded, bench.step("status"))
    assert (health.name, health.message) == ("down", "the machine was restarted since; milepost start web")


def test_an_app_ends_gracefully_and_what_it_left_in_its_group_may_finish(
    bench: Bench, build: Callable[..., Artifact], deploy: Deploy
) -> None:
    helper = "(trap 'sleep 0.3; echo done; exit 0' TERM; while :; do sleep 0.05; done) &"
    script = f"trap 'echo bye; exit 0' TERM; {helper} while :; do sleep 0.05; done"
    recorded = deploy(LocalConfig(command=["sh", "-c", script], worker=True, settle=0.3), build())
    platform = LocalPlatform(LocalConfig())
    platform.park(recorded, bench.step("park"))
    lines = [each.text for each in platform.logs(recorded, bench.step("status"), follow=False, tail=None)]
    assert lines.index("bye") < lines.index("done")


def test_an_app_that_ignores_the_wish_to_end_is_killed(bench: Bench, deploy: Deploy, remains: Remains) -> None:
    command = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(300)"]
    recorded = deploy(LocalConfig(command=command, worker=True, settle=0.5, stop_timeout=0.3))
    LocalPlatform(LocalConfig()).destroy(recorded, bench.step("destroy"))
    assert remains() == []


def test_an_app_is_asked_to_end_with_its_own_signal(bench: Bench, deploy: Deploy) -> None:
    script = "trap 'echo got INT; exit 0' INT; while :; do sleep 0.05; done"
    config = LocalConfig(command=["bash", "-c", script], worker=True, settle=0.3, stop_signal="INT")
    recorded = deploy(config)
    LocalPlatform(config).park(recorded, bench.step("park"))
    lines = LocalPlatform(config).logs(recorded, bench.step("status"), follow=False, tail=None)
    assert next(lines).text == "got INT"


def test_a_supervisor_that_comes_late_to_a_destroyed_deployment_starts_nothing(
    bench: Bench, deploy: Deploy, serving: LocalConfig
) -> None:
    from milepost_local import processes

    recorded = deploy(serving, strategy="stop-first")
    place(recorded).doomed.touch()
    step = bench.step("unpark")
    result = step.run(processes.supervisor_command(recorded.state, step))
    until(lambda: identify(result.pid) is None)
    assert not list(place(recorded).log.glob("web*"))


def test_a_supervisor_that_still_comes_up_when_its_start_is_given_up_starts_nothing(
    bench: Bench, deploy: Deploy, serving: LocalConfig
) -> None:
    recorded = deploy(serving, strategy="stop-first")
    platform, usual, started = LocalPlatform(serving), bench.runner, []

    def cancelled_at_once(command: Command, environment: Mapping[str, str], watch: Any) -> Result:
        result = usual(command, environment, watch)
        started.append(result.pid)
        watch.cancel.ask("the test said so")
        return result

    bench.runner = cancelled_at_once
    with pytest.raises(CancelledError):
        platform.unpark(recorded, bench.step("unpark"))
    platform.park(recorded, bench.step("park"))
    until(lambda: identify(started[0]) is None)
    assert not list(place(recorded).log.glob("web*"))


def test_one_that_is_about_to_end_is_not_well_and_is_started_anew(
    bench: Bench, build: Callable[..., Artifact], deploy: Deploy
) -> None:
    script = "trap 'sleep 1; exit 0' TERM; while :; do sleep 0.05; done"
    recorded = deploy(LocalConfig(command=["sh", "-c", script], worker=True, settle=0.3), build())
    platform, before = LocalPlatform(LocalConfig()), supervised(recorded)
    tell(recorded.state.socket, "stop")
    health = platform.status(recorded, bench.step("status"))
    assert (health.name, health.message) == ("down", "its processes are about to end; milepost start web")
    platform.unpark(recorded, bench.step("unpark"))
    assert identify(before.replicas[0].pid) is None
    assert supervised(recorded).pid != before.pid
    assert platform.status(recorded, bench.step("status")).name == "ready"


def test_a_second_supervisor_leaves_the_first_alone(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    from milepost_local import processes

    recorded = deploy(serving)
    before = get(recorded)
    step = bench.step("unpark")
    result = step.run(processes.supervisor_command(recorded.state, step))
    until(lambda: identify(result.pid) is None)
    assert get(recorded) == before


def test_a_deployment_whose_folder_somebody_removed_ends_by_itself(
    bench: Bench, deploy: Deploy, serving: LocalConfig
) -> None:
    recorded = deploy(serving)
    supervisor = record(recorded).supervisor
    place(recorded).root.rename(bench.folder / "elsewhere")
    until(lambda: identify(supervisor.pid) != supervisor)
    assert marked(place(recorded).root) == ()
    assert LocalPlatform(serving).status(recorded, bench.step("status")).name == "missing"
