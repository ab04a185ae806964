"""Builds on an engine behind ssh, what doctor sees, and what a build does not import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import msgspec
import pytest

from milepost.sdk import MilepostError
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.builder.builder import DockerBuilder
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.engine.config import ClientConfig
from tests.engines.docker import Engine
from tests.engines.ssh import SshServer

Configured = Callable[..., DockerBuildConfig]


@pytest.fixture
def engine(docker_engine: Engine) -> Engine:
    """Return the engine behind the ssh server."""
    return docker_engine


def behind(bench: Bench, server: SshServer, engine: Engine) -> FakeStep:
    """Return a step that reaches the engine by ssh only."""
    own = {name: server.environment[name] for name in ("PATH", "HOME") if name in server.environment}
    own |= {"DOCKER_HOST": server.host, "DOCKER_CONFIG": engine.environment["DOCKER_CONFIG"]}
    return bench.step("build", environment=own)


@pytest.mark.parametrize("buildkit", [True, False], ids=["buildkit", "classic"])
def test_an_engine_behind_ssh_builds_from_files_of_this_machine(
    workshop: Bench, configured: Configured, engine: Engine, ssh_server: SshServer, base: str, *, buildkit: bool
) -> None:
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nCOPY . /www\n")
    (workshop.source / "index.html").write_text("hello")
    config = msgspec.structs.replace(configured(buildkit=buildkit), client_config=ClientConfig())
    artifact = DockerBuilder(config).build(behind(workshop, ssh_server, engine))
    assert artifact.details["engine"] == ssh_server.host
    assert engine.docker("run", "--rm", artifact.digest, "cat", "/www/index.html") == "hello"


@pytest.mark.parametrize("buildkit", [True, False], ids=["buildkit", "classic"])
def test_a_host_key_that_nobody_knows_is_an_error_that_says_what_to_do(
    workshop: Bench, configured: Configured, engine: Engine, ssh_server: SshServer, *, buildkit: bool
) -> None:
    (workshop.source / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    ssh_server.forget_host_key()
    config = msgspec.structs.replace(configured(buildkit=buildkit), client_config=ClientConfig())
    with pytest.raises(MilepostError) as caught:
        DockerBuilder(config).build(behind(workshop, ssh_server, engine))
    assert caught.value.hint


def test_doctor_tells_of_the_engine_and_of_a_dockerfile_that_is_missing(
    workshop: Bench, configured: Configured
) -> None:
    builder = DockerBuilder(configured())
    *engine, last = builder.examine(workshop.step("status"))
    assert engine[0].level == "ok"
    assert (last.level, "there is no Dockerfile" in last.what) == ("problem", True)
    (workshop.source / "Dockerfile").write_text("FROM scratch\n")
    assert list(builder.examine(workshop.step("status")))[-1].level == "ok"


def test_a_build_by_buildx_does_not_wait_for_the_sdk_to_be_imported() -> None:
    program = (
        "import sys; from milepost_docker import offers; offers.builder('docker').load(); "
        "sys.stdout.write(' '.join({'docker', 'requests', 'urllib3'} & set(sys.modules)))"
    )
    done = subprocess.run((sys.executable, "-c", program), check=True, capture_output=True, text=True)
    assert done.stdout == ""
