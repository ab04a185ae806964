"""When a deployment counts as ready, and what is told and kept when it does not get there."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from milepost.sdk import Artifact, HealthCheck, NotReadyError, Recorded
from milepost.testing.bench import Bench
from milepost.testing.clock import RealClock
from milepost_local.config import LocalConfig
from milepost_local.platform import LocalPlatform
from milepost_local.supervisor_ports import FIRST, LAST, free_port, is_free

from .running import get, place, supervised

START = datetime.now(UTC)

Deploy = Callable[..., Recorded[Any]]


def fails(bench: Bench, artifact: Artifact, config: LocalConfig, **facts: Any) -> tuple[NotReadyError, str]:
    """Deploy what cannot become ready; return the error, and the evidence that was kept."""
    step = bench.step("deploy", **facts)
    with pytest.raises(NotReadyError) as raised:
        LocalPlatform(config).deploy(artifact, step)
    LocalPlatform(config).destroy(step.recorded(), bench.step("destroy"))
    return raised.value, "\n".join(step.noted("evidence"))


def test_an_app_that_ends_again_and_again_is_not_waited_for(bench: Bench, artifact: Artifact) -> None:
    command = ["sh", "-c", "for n in $(seq 60); do echo line $n; done; echo no database >&2; exit 7"]
    error, evidence = fails(bench, artifact, LocalConfig(command=command), health=HealthCheck(path="/healthz"))
    assert str(error) == "web.1 exited 7 before /healthz answered (limit 60 s)"
    assert evidence.startswith("web.1 exited 7\n")
    assert "no database" in evidence
    assert len(evidence.splitlines()) == 41


def test_a_program_that_is_not_there_is_told_at_once(bench: Bench, artifact: Artifact) -> None:
    error, evidence = fails(bench, artifact, LocalConfig(command=["no-such-program"]))
    assert str(error) == "web.1 exited 127 before its port answered (limit 60 s)"
    assert "no-such-program could not be started: [Errno 2] No such file or directory" in evidence
    assert evidence.count("could not be started") == 1


def test_an_app_that_does_not_listen_is_told_at_the_limit(bench: Bench, artifact: Artifact) -> None:
    config = LocalConfig(command=["sh", "-c", "echo waiting; exec sleep 300"])
    error, evidence = fails(bench, artifact, config, health=HealthCheck(timeout=0.5))
    assert "web.1 does not listen on port" in str(error)
    assert str(error).endswith(": not ready within 0.5 s")
    assert "waiting" in evidence
    assert error.hint == (
        "what listens on no port needs  worker = true  in its deploy block; what listens must take the port $PORT"
    )


class FastClock(RealClock):
    """Runs twenty times as fast as the real one."""

    def now(self) -> datetime:
        """Return a time that is far from its beginning soon."""
        return START + timedelta(seconds=20 * (super().now() - START).total_seconds())


def test_what_is_waited_for_is_said_once_when_it_lasts(tmp_path: Path, artifact: Artifact) -> None:
    bench = Bench(tmp_path / "fast", clock=FastClock())
    fails(bench, artifact, LocalConfig(command=["sleep", "300"]), health=HealthCheck(timeout=1.5))
    (said,) = [text for each in bench.steps for text in each.noted("say") if "listen" in text]
    assert re.fullmatch(r"web\.1 does not listen on port \d+; waiting up to 1\.5 s", said)


def test_a_sick_app_is_told_with_what_it_answered(bench: Bench, artifact: Artifact, serving: LocalConfig) -> None:
    error, evidence = fails(bench, artifact, serving, health=HealthCheck(path="/sick", timeout=1.5))
    assert str(error) == "web.1 answered 503 on /sick: not ready within 1.5 s"
    assert "asked /sick" in evidence


def test_what_is_healthy_is_what_the_project_file_says(deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(serving, health=HealthCheck(path="/sick", status=(503,)))
    assert get(recorded).startswith("hello")


def test_a_program_that_speaks_no_http_is_told(bench: Bench, artifact: Artifact) -> None:
    code = (
        "import os, socket; s = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\n"
        "while True: c, _ = s.accept(); c.recv(1000); c.sendall(b'what?\\r\\n\\r\\n'); c.close()"
    )
    config = LocalConfig(command=[sys.executable, "-c", code])
    error, _ = fails(bench, artifact, config, health=HealthCheck(path="/", timeout=1))
    assert "web.1 answered no HTTP on port" in str(error)


def test_a_worker_that_does_not_stay_up_is_told(bench: Bench, artifact: Artifact) -> None:
    config = LocalConfig(command=["sh", "-c", "sleep 0.1; exit 3"], worker=True)
    error, _ = fails(bench, artifact, config)
    assert str(error) == "web.1 exited 3 before it had run for 1 s"


def test_a_worker_exposes_nothing_and_has_no_port(deploy: Deploy) -> None:
    command = ["sh", "-c", "echo port=$PORT; exec sleep 300"]
    recorded = deploy(LocalConfig(command=command, worker=True, settle=0.2))
    assert recorded.deployment is not None
    assert (recorded.deployment.endpoints, recorded.deployment.url) == ((), None)
    assert (place(recorded).log / "web.1.log").read_text().endswith("port=\n")


def test_an_app_whose_port_another_took_gets_a_new_one(deploy: Deploy, bench: Bench, artifact: Artifact) -> None:
    code = (
        "import os, sys, pathlib; seen = pathlib.Path('ports'); first = not seen.exists()\n"
        "seen.open('a').write(os.environ['PORT'] + '\\n')\n"
        "if first: sys.exit('Address already in use')\n"
        "exec(open('server.py').read())"
    )
    recorded = deploy(LocalConfig(command=[sys.executable, "-c", code]))
    ports = (place(recorded).app / "ports").read_text().split()
    assert len(set(ports)) == 2
    assert supervised(recorded).replicas[0].port == int(ports[1])
    assert recorded.deployment is not None
    assert recorded.deployment.url == f"http://127.0.0.1:{ports[1]}"


def test_a_port_that_somebody_has_is_not_free() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_free_port_is_none_of_those_that_are_taken() -> None:
    port = free_port(frozenset())
    assert FIRST <= port < LAST
    assert free_port(frozenset(range(FIRST, LAST))) not in range(FIRST, LAST)


def test_a_supervisor_that_cannot_start_leaves_what_it_said(
    bench: Bench, artifact: Artifact, serving: LocalConfig
) -> None:
    long = bench.folder / ("x" * 90)
    step = bench.step("deploy", data=long / "d", environment={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(long)})
    with pytest.raises(NotReadyError, match=r"the supervisor of web ended at once: .*path too long"):
        LocalPlatform(serving).deploy(artifact, step)
    assert "AF_UNIX path too long" in "\n".join(step.noted("evidence"))


def test_prepared_only_means_that_nothing_runs(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    recorded = deploy(msgspec.structs.replace(serving, replicas=2), strategy="stop-first")
    assert recorded.deployment is not None
    assert recorded.deployment.endpoints == ()
    assert not place(recorded).record.exists()
