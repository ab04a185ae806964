"""The registries and the ssh server of the tests, as programs meet them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.engines.docker import Engine
from tests.engines.registries import Registry
from tests.engines.ssh import ALIAS, SshServer


def test_an_engine_pushes_to_the_open_registry(docker_engine: Engine, base_image: str, registry: Registry) -> None:
    target = f"{registry.host}/base:1"
    docker_engine.docker("tag", base_image, target)
    assert "digest: sha256:" in docker_engine.docker("push", target)
    docker_engine.docker("image", "rm", target)


def test_the_guarded_registry_wants_a_password(
    docker_engine: Engine, base_image: str, registry_with_password: Registry, tmp_path: Path
) -> None:
    engine, guarded = docker_engine.apart(tmp_path), registry_with_password
    target = f"{guarded.host}/base:1"
    engine.docker("tag", base_image, target)
    assert "digest: sha256:" not in engine.docker("push", target, check=False)
    engine.docker(
        "login", guarded.host, "--username", guarded.user, "--password-stdin", stdin=guarded.password.encode()
    )
    assert "digest: sha256:" in engine.docker("push", target)
    engine.docker("image", "rm", target)


def test_docker_reaches_the_engine_by_ssh(docker_engine: Engine, ssh_server: SshServer) -> None:
    environment = {**ssh_server.environment, "DOCKER_HOST": ssh_server.host}
    argv = ("docker", "version", "--format", "{{.Server.Version}}")
    found = subprocess.run(argv, env=environment, check=True, capture_output=True, text=True).stdout.strip()
    assert found == docker_engine.version


def test_a_client_that_does_not_know_the_host_key_is_kept_out(ssh_server: SshServer) -> None:
    ssh_server.forget_host_key()
    refused = subprocess.run(("ssh", ALIAS, "true"), env=dict(ssh_server.environment), check=False, capture_output=True)
    assert b"Host key verification failed" in refused.stderr
