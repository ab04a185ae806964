"""A project of containers on an engine that others use too, and what its visitors see."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.engines.docker import Engine
from tests.journeys.place import Place, fetch, text_of

KEEPERS = ("container", "network", "volume", "image")
"""The kinds of objects that an engine keeps."""

PROJECT = """
project = "%(name)s"

app "web" {
  build {
    use "docker" {
%(build)s
    }
%(registry)s
  }

  deploy {
    use "docker" {
      service_port = 8080
%(deploy)s
    }
  }

  health {
    path    = "/"
    timeout = "30s"
  }
%(more)s
}
"""
DOCKERFILE = """FROM %(image)s
COPY index.html /www/index.html
"""


class Quay:
    """A small web app, or files that a test writes, in a place of its own."""

    def __init__(self, place: Place, engine: Engine, name: str) -> None:
        self.engine, self.name = engine, name
        self.place = place.having(**variables(engine.environment))

    def lay(self, image: str, **parts: str) -> None:
        """Write the project and its files; `parts`: what goes into `build` and `deploy`, `registry`, and `more`."""
        filled = {"build": "", "registry": "", "deploy": "", "more": "", **parts}
        self.place.write(
            milepost__hcl=PROJECT % {"name": self.name, **filled}, Dockerfile=DOCKERFILE % {"image": image}
        )
        self.says("one")

    def says(self, text: str) -> None:
        """Have the next version of the app answer with a text."""
        self.place.write(index__html=text)

    def up(self, text: str) -> str:
        """Release a version that answers with a text, and return where it is public."""
        self.says(text)
        url: str = self.place.up()["urls"][0]
        assert text_of(url) == text
        return url

    def objects(self, kind: str) -> list[str]:
        """Return what the engine has of this project, of one kind."""
        words = (kind, "ls", *(("--all",) if kind == "container" else ()))
        listed = self.engine.docker(*words, "--format", "{{json .}}")
        found = [json.loads(line) for line in listed.splitlines()]
        names = [str(each.get("Names") or each.get("Name") or each["Repository"]) for each in found]
        mine = self.engine.docker(*words, "--quiet", "--filter", f"label=milepost/project={self.name}").split()
        return [*mine, *(each for each in names if f"{self.name}." in each or f"/{self.name}/" in each)]

    def left(self, *kinds: str) -> dict[str, list[str]]:
        """Return what the engine still has of this project; nothing for what it has none of."""
        return {kind: found for kind in kinds or KEEPERS if (found := self.objects(kind))}

    def inspect(self, *names: str) -> list[dict[str, Any]]:
        """Return what the engine tells of some objects."""
        found: list[dict[str, Any]] = json.loads(self.engine.docker("inspect", *names))
        return found

    def leave(self) -> None:
        """Destroy all that the place knows of, and remove what is left on the engine."""
        self.place.ask("destroy", "--all", "--volumes", "--confirm", "default")
        self.engine.remove(f"milepost/project={self.name}")


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of an environment tells where an engine is."""
    return {name: environment[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG") if name in environment}


def named(url: str) -> str:
    """Return what a URL answers whose host's name this machine's resolver need not know."""
    parts = urlsplit(url)
    with urlopen(Request(f"http://127.0.0.1:{parts.port}{parts.path}", headers={"Host": parts.netloc})) as answer:
        text: str = answer.read().decode()
        return text


@contextmanager
def visitors(url: str, count: int = 3) -> Iterator[list[str]]:
    """Have visitors ask again and again; what went wrong is in the list."""
    wrong: list[str] = []
    enough = threading.Event()

    def visit() -> None:
        while not enough.is_set():
            status, text = fetch(url)
            if status != 200:
                wrong.append(f"{status} {text}")
            enough.wait(0.005)

    threads = [threading.Thread(target=visit) for _ in range(count)]
    for each in threads:
        each.start()
    try:
        yield wrong
    finally:
        enough.set()
        for each in threads:
            each.join()
