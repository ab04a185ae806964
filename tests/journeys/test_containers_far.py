"""An engine behind ssh: a whole life over the connection, with Caddy beside the containers there."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import images, premises
from tests.engines.docker import Engine
from tests.engines.ssh import SshServer
from tests.journeys.place import Place, fetch, text_of, until
from tests.journeys.quay import Quay, visitors

APPLETS = ("tar", "find", "sync", "ln", "printf")
NOBODY = "unix:///nowhere/docker.sock"
RELEASE = """
  release {
    use "caddy" {
      port   = %(port)s
      listen = "127.0.0.1"
      drain  = 2

      engine {
        host  = "%(host)s"
        image = "%(image)s"
      }
    }
  }
"""


@pytest.fixture
def caddy_image(docker_engine: Engine, empty: Place) -> Iterator[str]:
    """Give an image with busybox and the Caddy of this machine."""
    binary = Path(sys.executable).with_name("caddy")
    shims = {f"bin/{name}": f'#!/bin/sh\nexec busybox {name} "$@"\n'.encode() for name in APPLETS}
    name = f"milepost-test/caddy:{empty.root.name.lower()}"
    root = images.root_of({**shims, "bin/caddy": binary.read_bytes()})
    docker_engine.docker("import", "--change", "ENV PATH=/bin", "-", name, stdin=root)
    yield name
    docker_engine.docker("image", "rm", "--force", name, check=False)


@pytest.fixture
def far(empty: Place, docker_engine: Engine, ssh_server: SshServer, caddy_image: str, worker_id: str) -> Iterator[Quay]:
    """Give a project whose engine is behind ssh; nothing but the ssh config says where that is."""
    made = Quay(empty, docker_engine, f"far-{worker_id}-{empty.root.name.lower().replace('_', '-')}")
    ssh = Path(ssh_server.environment["PATH"].partition(os.pathsep)[0])
    path = os.pathsep.join((str(ssh), str(Path(sys.executable).parent), os.environ["PATH"]))
    made.place = made.place.having(PATH=path, DOCKER_HOST=ssh_server.host)
    facts = {"port": premises.free_port(), "host": ssh_server.host, "image": caddy_image}
    made.lay(images.web(docker_engine), more=RELEASE % facts)
    yield made
    made.leave()


@pytest.mark.slow
def test_an_engine_behind_ssh_carries_an_app_from_the_first_release_to_the_last(
    far: Quay, ssh_server: SshServer
) -> None:
    place = far.place
    url = far.up("one")
    assert place.running() == []
    with visitors(url) as wrong:
        for text in ("two", "three"):
            assert far.up(text) == url
    assert wrong == []

    inside = place.run("exec", "web", "--", "sh", "-c", "echo from within >/proc/1/fd/1; cat /www/index.html")
    assert inside.out == "three"
    until("the line", lambda: "from within" in place.run("logs", "web").out)
    assert ssh_server.host in place.run("doctor").told

    far.says("four")
    place.run("build")
    place.run("deploy")
    assert text_of(url) == "three"
    assert staged(place) == "four"

    # What was recorded tells where all of it is.
    astray = place.having(DOCKER_HOST=NOBODY)
    with visitors(url) as wrong:
        astray.run("rollback")
    assert wrong == []
    assert text_of(url) == "two"
    # A busy machine may need longer for ssh than `status` waits for an answer.
    until("an answer", lambda: astray.app_status()["health"]["name"] == "ready", 60)
    told = astray.run("destroy", "--all", "--volumes", "--confirm", "default").told
    assert far.left("container", "network", "volume") == {}, told
    assert fetch(url)[0] == 0
    assert place.running() == []


def staged(place: Place) -> str:
    """Return what the deployment answers that waits for its release, by the tunnel that `open` makes."""
    with place.start("open", "web", "--staged", "--print") as process:
        try:
            assert process.stdout is not None
            return text_of(process.stdout.readline().split()[-1])
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


def test_an_unknown_host_key_says_what_to_type_and_changes_nothing(far: Quay, ssh_server: SshServer) -> None:
    ssh_server.forget_host_key()
    told = far.place.run("up", status=1).told
    assert "host key" in told
    assert "compare the fingerprint" in told
    assert "ssh engine.test true" in told
    assert far.left() == {}
