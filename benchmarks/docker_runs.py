"""What runs cost: `up`, `status` and `logs -f`, each beside the docker command line doing the same in turns."""

from __future__ import annotations

import os
import select
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.docker_place import MILEPOST, Figures, Place

UP = """
project = "bench-up-%s"
app "web" {
  health {
    path = "/"
  }
  build {
    use "docker" {}
  }
  deploy {
    use "docker" {
      service_port = 8080
    }
  }
}
"""
WORKER = """
app "worker-%d" {
  build {
    use "docker" {}
  }
  deploy {
    use "docker" {
      worker  = true
      settle  = 0
      command = ["sleep", "100000"]
    }
  }
}
"""
PRINTER = """
project = "bench-logs"
app "printer" {
  build {
    use "docker" {}
  }
  deploy {
    use "docker" {
      worker  = true
      settle  = 0
      command = ["sh", "-c", "exec cat 0<>/from/pipe"]
      binds   = ["%s:/from"]
    }
  }
}
"""
CACHED = "FROM %s\nRUN seq 1 1000 > /www/numbers\nCOPY src /www\n"
WORKING = "FROM %s\nCOPY src /src\nRUN seq 1 %d | md5sum > /www/sum; cp /src/* /www\n"
"""A step that runs again after each change, as compilers and installers do: some seconds of a processor."""


class Turn(NamedTuple):
    """One app, deployed again and again by hand."""

    here: Place
    folder: Path
    before: list[str]

    def up(self) -> float:
        """Do by the docker command line what `up` does: build, run, wait, stop the one before, remove the older."""
        began = time.perf_counter()
        self.here.docker("build", "--tag", "bench-up:by-hand", ".", folder=self.folder)
        name = f"by-hand-{time.monotonic_ns()}"
        self.here.docker("run", "--detach", "--publish", "127.0.0.1::8080", "--name", name, "bench-up:by-hand")
        port = self.here.engine.docker("port", name, "8080").rpartition(":")[2]
        while not _answers(int(port)):
            time.sleep(0.02)
        self.before.append(name)
        if len(self.before) > 1:
            self.here.docker("stop", self.before[-2])
        if len(self.before) > 2:
            self.here.docker("rm", self.before.pop(0))
        return time.perf_counter() - began

    def change(self, text: str) -> None:
        """Write another page."""
        (self.folder / "src" / "index.html").write_text(text)


def up(here: Place, rounds: int, *, work: int = 0) -> Figures:
    """Return what `up` takes, of the same by hand; a page changes before each, and with `work` a step takes long."""
    kind = "working" if work else "cached"
    folder = here.project(f"up-{kind}", UP % kind)
    (folder / "Dockerfile").write_text(WORKING % (here.image, work) if work else CACHED % here.image)
    (folder / "src").mkdir()
    turn = Turn(here, folder, [])
    ours: list[float] = []
    theirs: list[float] = []
    floors: list[float] = []
    for number in range(rounds + 2):
        turn.change(f"milepost {number}")
        ours.append(here.milepost(folder, "up"))
        turn.change(f"by hand {number}")
        theirs.append(turn.up())
        floors.append(here.floor())
    for name in turn.before:
        here.docker("rm", "--force", name)
    here.milepost(folder, "destroy", "--all", "--yes")
    # The first two have nothing to stop, or nothing to remove.
    own, hand, floor = (statistics.median(each[2:]) for each in (ours, theirs, floors))
    step = "a step of some seconds" if work else "the last layer"
    what = f"up, {step} made again, of docker build, run, wait, stop, rm"
    return [
        (what, own / hand),
        (f"  which take, in F of {floor * 1000:.0f} ms", hand / floor),
        ("  what milepost takes longer, in F", (own - hand) / floor),
    ]


def status(here: Place, apps: int, rounds: int) -> Figures:
    """Return what `status` of so many deployments takes: in F, and beyond two `docker ps`."""
    folder = here.project("status", 'project = "bench-status"\n' + "".join(WORKER % each for each in range(apps)))
    (folder / "Dockerfile").write_text(f"FROM {here.image}\n")
    here.milepost(folder, "up")
    taken: dict[str, list[float]] = {"status": [], "ps": [], "F": []}
    for _ in range(rounds + 1):
        taken["status"].append(here.milepost(folder, "status"))
        taken["ps"].append(here.docker("ps"))
        taken["F"].append(here.floor())
    here.milepost(folder, "destroy", "--all", "--yes")
    ours, listed, floor = (statistics.median(taken[name][1:]) for name in ("status", "ps", "F"))
    return [
        (f"status of {apps} deployments, of 2 x docker ps + 10 F", ours / (2 * listed + 10 * floor)),
        ("  in F", ours / floor),
        ("  docker ps, in F", listed / floor),
    ]


def logs(here: Place, count: int) -> Figures:
    """Return how long a line takes to a follower, of how long it takes to one of `docker logs -f`."""
    pipes = here.folder / "pipes"
    pipes.mkdir()
    os.mkfifo(pipes / "pipe")
    folder = here.project("logs", PRINTER % pipes)
    (folder / "Dockerfile").write_text(f"FROM {here.image}\n")
    here.milepost(folder, "up")
    name = here.engine.docker("ps", "--filter", "label=milepost/project=bench-logs", "--format", "{{.Names}}")
    taken: dict[str, list[float]] = {"milepost": [], "docker": []}
    with (
        (pipes / "pipe").open("r+b", buffering=0) as pipe,
        _following((MILEPOST, "logs", "printer", "-f"), here, folder) as ours,
        _following(("docker", "logs", "--follow", name), here, folder) as theirs,
    ):
        readers = {"milepost": ours, "docker": theirs}
        _until_both_hear(pipe.write, readers)
        for number in range(count):
            for each, seconds in _heard(pipe.write, readers, f"line {number:06}").items():
                taken[each].append(seconds)
            time.sleep(0.02)
    here.milepost(folder, "destroy", "--all", "--yes")
    ours_took, theirs_took = (statistics.median(taken[each]) for each in ("milepost", "docker"))
    return [
        ("a line to `milepost logs -f`, of `docker logs -f`", ours_took / theirs_took),
        ("  which takes, in ms", theirs_took * 1000),
    ]


@contextmanager
def _following(argv: tuple[str, ...], here: Place, folder: Path) -> Iterator[int]:
    """Give the descriptor of what a program prints, until the end of the block."""
    with subprocess.Popen(argv, cwd=folder, env=here.environment, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        try:
            yield program.stdout.fileno()
        finally:
            program.kill()


def _heard(write: object, readers: dict[str, int], line: str, patience: float = 10.0) -> dict[str, float]:
    """Write a line, and return after how many seconds each has printed it; those that did not are missing."""
    assert callable(write)
    began = time.perf_counter()
    write(f"{line}\n".encode())
    found: dict[str, float] = {}
    texts = dict.fromkeys(readers.values(), b"")
    names = {descriptor: name for name, descriptor in readers.items()}
    while len(found) < len(readers) and time.perf_counter() - began < patience:
        for ready in select.select(list(readers.values()), [], [], 0.1)[0]:
            texts[ready] += os.read(ready, 65536)
            if line.encode() in texts[ready]:
                found.setdefault(names[ready], time.perf_counter() - began)
    return found


def _until_both_hear(write: object, readers: dict[str, int]) -> None:
    """Write until each prints what is written."""
    for number in range(100):
        if len(_heard(write, readers, f"hello {number}", 0.5)) == len(readers):
            return
    raise SystemExit("one of the two who follow the log prints nothing")


def _answers(port: int) -> bool:
    """Return whether a page comes from there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
