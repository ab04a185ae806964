"""Where docker is measured: an engine of its own, a user of its own, and both command lines on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.engines import images, premises
from tests.engines.docker import Daemon, Engine

Figures: TypeAlias = list[tuple[str, float]]
"""What was measured, and the figures, in the order to tell them."""
MILEPOST = str(Path(sys.executable).with_name("milepost"))
NOTHING = (sys.executable, "-I", "-c", "pass")
"""The floor F: the start of a Python that does nothing."""


@dataclass(frozen=True)
class Place:
    """A user with an engine that nobody else uses."""

    folder: Path
    engine: Engine
    environment: dict[str, str]
    image: str
    """An image that serves `/www` on port 8080, and ends when it is asked to."""

    def project(self, name: str, text: str) -> Path:
        """Return the folder of a new project with that file."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "milepost.hcl").write_text(text)
        return folder

    def milepost(self, folder: Path, *words: str) -> float:
        """Run milepost in a project and return how long it took, in seconds."""
        return self.timed((MILEPOST, *words), folder)

    def docker(self, *words: str, folder: Path | None = None, **variables: str) -> float:
        """Run the docker command line and return how long it took."""
        return self.timed(("docker", *words), folder or self.folder, variables)

    def timed(self, argv: Sequence[str], folder: Path, variables: dict[str, str] | None = None) -> float:
        """Run a program and return how long it took; one that fails ends the benchmark."""
        began = time.perf_counter()
        done = subprocess.run(
            argv, cwd=folder, env=self.environment | (variables or {}), capture_output=True, text=True, check=False
        )
        taken = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(f"{' '.join(argv)} ended with status {done.returncode}\n{done.stdout}{done.stderr}")
        return taken

    def floor(self) -> float:
        """Return how long a Python takes that does nothing."""
        return self.timed(NOTHING, self.folder)


@contextmanager
def place(*, current: bool) -> Iterator[Place]:
    """Give a place whose engine is Debian's dockerd, or the current one; nothing of it is left."""
    daemon = Daemon("benchmark", current)
    scratch = Path(tempfile.mkdtemp(prefix="milepost-bench-"))
    made: Place | None = None
    try:
        daemon.start()
        engine = daemon.engine()
        own = {"MILEPOST_STATE": str(scratch / "state"), "MILEPOST_CACHE": str(scratch / "cache")}
        kept = {name: value for name, value in engine.environment.items() if name not in _FOREIGN}
        made = Place(scratch, engine, {**kept, **own}, images.web(engine))
        yield made
    finally:
        if made is not None:
            _destroy_all(made)
        daemon.raze()
        premises.conclude()
        shutil.rmtree(scratch, ignore_errors=True)


_FOREIGN = frozenset({"PYTHONDONTWRITEBYTECODE", "MILEPOST_HISTORY", "DOCKER_BUILDKIT"})


def _destroy_all(here: Place) -> None:
    """Let milepost end what still serves, such as a Caddy, whose process is no container."""
    for project in here.folder.glob("*/milepost.hcl"):
        destroy = (MILEPOST, "destroy", "--all", "--yes")
        subprocess.run(destroy, cwd=project.parent, env=here.environment, capture_output=True, check=False)
