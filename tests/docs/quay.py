"""Where the containers of a page are: names that nobody can pull from are replaced by such as the run has made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.docs.page import Typed, run
from tests.engines import images
from tests.engines.docker import Engine
from tests.engines.registries import Registry

REGISTRY = "registry.example.com"
PROJECTS = ("counter", "press")
"""The projects of pages that make containers."""
REDIS = "redis:7-alpine"


class Quay:
    """An engine and a registry for one page, whose project has a name that nobody else's has on the engine."""

    def __init__(self, folder: Path, engine: Engine, registry: Registry) -> None:
        self._folder, self._engine, self._registry = folder, engine, registry
        self._names = {each: f"{each}-{folder.parent.name.lower().replace('_', '-')}" for each in PROJECTS}
        self._redis = f"{registry.host}/{REDIS}"
        self._base = images.base(engine)
        engine.docker("tag", images.redis(engine), self._redis)
        engine.docker("push", "--quiet", self._redis)
        for file in (folder / "docs" / "examples" / "containers").rglob("*"):
            if file.name in ("milepost.hcl", "Dockerfile"):
                file.write_text(self.ours(file.read_text(encoding="utf-8")), encoding="utf-8")

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables by which programs find the engine."""
        return {name: self._engine.environment[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG")}

    def ours(self, text: str) -> str:
        """Return what a page writes or types with names that can be had here."""
        text = text.replace("busybox:1.37", self._base).replace(REGISTRY, self._registry.host)
        text = text.replace('image = "redis"', f'image = "{self._registry.host}/redis"')
        for theirs, ours in self._names.items():
            for written in ('project = "{}"', "milepost/project={}", "milepost.{}.", "milepost/{}/"):
                text = text.replace(written.format(theirs), written.format(ours))
        return text

    def theirs(self, printed: str) -> str:
        """Return what was printed with the names of the page."""
        printed = printed.replace(f"{self._registry.host}/redis", "redis").replace(self._base, "busybox:1.37")
        for theirs, ours in self._names.items():
            printed = printed.replace(ours, theirs)
        return printed.replace(self._registry.host, REGISTRY)

    def clear(self) -> None:
        """Remove what the page has made, in each workspace that it may have used."""
        for file in sorted(self._folder.rglob("milepost.hcl")):
            for workspace in ("default", "staging"):
                line = f"milepost -C '{file.parent}' destroy --all --volumes --confirm {workspace} -w {workspace}"
                run(Typed(line, ()), self._folder, self.environment)
        self._engine.docker("rmi", self._redis, check=False)
        for name in self._names.values():
            self._engine.remove(f"milepost/project={name}")
