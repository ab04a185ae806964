"""Engines behind ssh: reached by the user's own ssh, and left without a trace."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.sdk import MilepostError
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.connect import connected
from milepost_docker.engine.glance import glance
from milepost_docker.engine.trouble import UnreachableError
from tests.engines.docker import Engine
from tests.engines.ssh import SshServer

PATIENCE = 20.0


@pytest.fixture
def step(tmp_path: Path, ssh_server: SshServer) -> FakeStep:
    return Bench(tmp_path).step("deploy", environment=dict(ssh_server.environment))


def until(done: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
    return done()


def are_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_an_engine_behind_ssh_answers_as_one_here_does(
    ssh_server: SshServer, step: FakeStep, docker_engine: Engine
) -> None:
    with connected(ClientConfig(host=ssh_server.host), step) as engine:
        assert engine.get("/version")["Version"] == docker_engine.version
        assert not engine.address.local
        assert engine.address.identity == ssh_server.host
        assert engine.address.environment()["DOCKER_HOST"].startswith("unix://")


def test_the_tunnel_ends_with_the_connection_and_leaves_no_file(ssh_server: SshServer, step: FakeStep) -> None:
    with connected(ClientConfig(host=ssh_server.host), step) as engine:
        socket = Path(engine.address.path)
        assert socket.exists()
        (tunnel,) = step.running
    assert until(lambda: are_gone(tunnel))
    assert not socket.parent.exists()


def test_a_quick_look_over_ssh_has_a_tunnel_only_when_it_asks(ssh_server: SshServer, step: FakeStep) -> None:
    with glance(ClientConfig(host=ssh_server.host), step) as looking:
        assert step.commands == []
        assert looking.info()["ID"]
        assert step.commands != []


def test_an_unknown_host_key_is_an_error_that_says_how_to_accept_it_by_hand(
    ssh_server: SshServer, step: FakeStep
) -> None:
    ssh_server.forget_host_key()
    with (
        pytest.raises(UnreachableError, match=r"host key of \[127.0.0.1\]:\d+ is not known") as caught,
        connected(ClientConfig(host=ssh_server.host), step),
    ):
        pass
    assert "ssh engine.test true" in caught.value.hint
    assert not any("StrictHostKeyChecking" in word for command in step.commands for word in command.argv)


def test_an_ssh_server_that_is_gone_is_an_error_with_the_words_of_ssh(ssh_server: SshServer, step: FakeStep) -> None:
    ssh_server.stop()
    with (
        pytest.raises(UnreachableError, match="Connection refused"),
        connected(ClientConfig(host=ssh_server.host), step),
    ):
        pass


def test_a_path_in_the_address_is_the_socket_on_the_far_side(
    ssh_server: SshServer, step: FakeStep, docker_engine: Engine
) -> None:
    there = docker_engine.host.removeprefix("unix://")
    with connected(ClientConfig(host=f"{ssh_server.host}{there}"), step) as engine:
        assert engine.get("/version")["Version"] == docker_engine.version
    assert len(step.commands) == 1


def test_a_socket_that_is_not_there_on_the_far_side_is_an_error_of_the_engine(
    ssh_server: SshServer, step: FakeStep
) -> None:
    with (
        pytest.raises(UnreachableError, match=r"went away|gave no answer"),
        connected(ClientConfig(host=f"{ssh_server.host}/nowhere/docker.sock"), step),
    ):
        pass


def test_a_tunnel_ends_when_the_one_that_made_it_is_killed(ssh_server: SshServer, tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from milepost.testing.bench import Bench\n"
        "from milepost_docker.engine.address import Address; from milepost_docker.engine.tunnel import tunnelled\n"
        "step = Bench(Path(sys.argv[1])).step('deploy', environment=dict(os.environ))\n"
        "with tunnelled(Address(url=sys.argv[2], origin='the test'), step) as near:\n"
        "    print(next(iter(step.running)), near.path, flush=True); time.sleep(60)\n"
    )
    argv = (sys.executable, "-c", script, str(tmp_path), ssh_server.host)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=dict(ssh_server.environment)) as maker:
        assert maker.stdout is not None
        number, socket = maker.stdout.readline().decode().split()
        tunnel = int(number)
        assert not are_gone(tunnel)
        maker.kill()
    assert until(lambda: are_gone(tunnel) and not Path(socket).parent.exists())


def test_without_ssh_the_error_says_to_install_it(tmp_path: Path) -> None:
    step = Bench(tmp_path).step("deploy", environment={"PATH": str(tmp_path)})
    with pytest.raises(MilepostError, match="needs ssh") as caught, connected(ClientConfig(host="ssh://far"), step):
        pass
    assert caught.value.hint == "install ssh"


def test_a_user_whose_ssh_shares_connections_has_tunnels_too(
    ssh_server: SshServer, step: FakeStep, docker_engine: Engine
) -> None:
    path = f"{ssh_server.folder}/mux"
    with ssh_server.config.open("a") as config:
        config.write(f"    ControlMaster auto\n    ControlPath {path}\n    ControlPersist 30\n")
    try:
        with connected(ClientConfig(host=ssh_server.host), step) as engine:
            assert engine.get("/version")["Version"] == docker_engine.version
            (tunnel,) = (pid for pid, detached in step.running.items() if detached)
        assert until(lambda: are_gone(tunnel))
    finally:
        argv = ("ssh", "-S", path, "-O", "exit", "engine.test")
        subprocess.run(argv, env=dict(ssh_server.environment), check=False, capture_output=True)
