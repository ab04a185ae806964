"""The example `containers` through its whole life, on a real engine: a web app, a worker and a database."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.engines import images
from tests.engines.docker import Engine
from tests.engines.registries import Registry
from tests.journeys.conftest import EXAMPLES
from tests.journeys.place import Place, fetch, text_of, until

KEEPERS = ("container", "network", "volume", "image")


class Counter:
    """The example in a place of its own, on an engine with which others work too."""

    def __init__(self, place: Place, engine: Engine, name: str) -> None:
        self.place, self.engine, self.name = place, engine, name

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file of the project."""
        file = self.place.folder / path
        text = file.read_text()
        assert old in text, text
        file.write_text(text.replace(old, new))

    def hit(self, url: str) -> str:
        """Return what a visit is answered with."""
        return text_of(f"{url}/cgi-bin/hit")

    def objects(self, kind: str) -> list[str]:
        """Return what the engine has of this project."""
        listed = self.engine.docker(kind, "ls", *(("--all",) if kind == "container" else ()), "--format", "{{json .}}")
        found = [json.loads(line) for line in listed.splitlines()]
        names = [str(each.get("Names") or each.get("Name") or each["Repository"]) for each in found]
        mine = self.engine.docker(kind, "ls", "--quiet", "--filter", f"label=milepost/project={self.name}").split()
        return [*mine, *(each for each in names if f"{self.name}." in each or f"/{self.name}/" in each)]

    def live(self, workspace: str = "default") -> dict[str, int | None]:
        """Return which run's deployment is live, for each app."""
        apps = self.place.json("status", "-w", workspace)["apps"]
        return {each["app"]: each["live"] and each["live"]["number"] for each in apps}


@pytest.fixture
def counter(empty: Place, docker_engine: Engine, registry: Registry, worker_id: str) -> Iterator[Counter]:
    """Give the example, its base images replaced by such as can be had here, under a name of its own."""
    shutil.copytree(EXAMPLES / "containers", empty.folder, dirs_exist_ok=True)
    names = ("DOCKER_HOST", "DOCKER_CONFIG")
    place = empty.having(**{name: value for name, value in docker_engine.environment.items() if name in names})
    found = Counter(place, docker_engine, f"counter-{worker_id}-{empty.root.name.lower().replace('_', '-')}")
    found.edit("milepost.hcl", 'project = "counter"', f'project = "{found.name}"')
    for folder in ("web", "worker"):
        found.edit(f"{folder}/Dockerfile", "busybox:1.37", images.base(docker_engine))
    redis = f"{registry.host}/redis:7-alpine"
    docker_engine.docker("tag", images.redis(docker_engine), redis)
    docker_engine.docker("push", "--quiet", redis)
    found.edit("milepost.hcl", 'image = "redis"', f'image = "{registry.host}/redis"')
    yield found
    for workspace in ("default", "staging"):
        place.ask("destroy", "--all", "--volumes", "--confirm", workspace, "-w", workspace)
    docker_engine.docker("rmi", redis, check=False)
    docker_engine.remove(f"milepost/project={found.name}")


@contextmanager
def visitors(url: str) -> Iterator[list[str]]:
    """Have four visitors ask again and again; what went wrong is in the list."""
    wrong: list[str] = []
    enough = threading.Event()

    def visit() -> None:
        while not enough.is_set():
            status, text = fetch(url)
            if status != 200:
                wrong.append(f"{status} {text}")

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for each in threads:
        each.start()
    try:
        yield wrong
    finally:
        enough.set()
        for each in threads:
            each.join()


def urls(document: dict[str, Any]) -> str:
    """Return where the web app is public."""
    (found,) = (each["release"]["urls"][0] for each in document["operations"] if _is_public(each))
    return str(found)


def _is_public(operation: dict[str, Any]) -> bool:
    return operation["app"] == "web" and operation["stage"] == "release" and bool(operation["release"]["urls"])


def test_the_example_goes_live_is_released_under_load_fails_goes_back_and_leaves_nothing(counter: Counter) -> None:
    place = counter.place
    url = urls(place.up())
    assert counter.live() == {"db": 1, "web": 1, "worker": 1}
    assert counter.hit(url) == "Welcome, visitor 1\n"
    until("the worker to greet", lambda: "greeted visitor 1" in place.run("logs", "worker").out)
    with visitors(f"{url}/cgi-bin/healthz") as wrong:
        for number in range(3):
            counter.edit("milepost.hcl", '"Welcome' if not number else f'"Hello {number - 1}', f'"Hello {number}')
            place.up("web")
    assert wrong == []
    assert counter.hit(url) == "Hello 2, visitor 2\n"

    counter.edit("web/Dockerfile", '"httpd", "-f"', '"sh", "-c", "echo no port; exit 3"')
    failed = place.run("up", "web", status=1)
    assert "3" in failed.out
    assert counter.live() == {"db": 1, "web": 4, "worker": 1}
    assert "no port" in place.run("show", "5").out
    assert counter.hit(url) == "Hello 2, visitor 3\n"

    place.run("rollback", "web")
    assert counter.hit(url) == "Hello 1, visitor 4\n"
    assert place.run("exec", "web", "--", "cat", "/app/call").out.startswith("#!/bin/sh")

    place.run("destroy", "--all", "--volumes", "--confirm", "default")
    assert {kind: counter.objects(kind) for kind in KEEPERS} == {kind: [] for kind in KEEPERS}


def test_a_promotion_takes_the_same_digests_to_another_registry_and_builds_nothing(
    counter: Counter, registry: Registry, fresh_registry: Registry
) -> None:
    place = counter.place
    host = f'${{workspace.name == "staging" ? "{fresh_registry.host}" : "{registry.host}"}}'
    push = f"""
    registry {{
      use "docker" {{
        image = "{host}/{counter.name}/${{app.name}}"
      }}
    }}
"""
    counter.edit("milepost.hcl", '    use "docker" {}\n', f'    use "docker" {{}}\n{push}')
    first = place.up()
    made = {each["app"]: each["artifact"] for each in first["operations"] if each["stage"] == "push"}
    assert set(made) == {"web", "worker"}
    second = place.json("promote", "1", "--to", "staging")
    taken = {each["app"]: each["artifact"] for each in second["operations"] if each["stage"] == "push"}
    assert {app: each["digest"] for app, each in taken.items()} == {app: each["digest"] for app, each in made.items()}
    assert all(each["reference"].startswith(fresh_registry.host) for each in taken.values())
    assert counter.hit(urls(second)) == "Welcome, visitor 1\n"
    assert not any("build |" in line for line in place.run("logs", "--run", "2").out.splitlines())


def test_the_volume_of_a_database_outlives_its_containers(counter: Counter) -> None:
    place = counter.place
    url = urls(place.up())
    assert counter.hit(url) == "Welcome, visitor 1\n"
    place.run("destroy", "--all", "--yes")
    assert counter.objects("container") == []
    assert counter.hit(urls(place.up())) == "Welcome, visitor 2\n"
