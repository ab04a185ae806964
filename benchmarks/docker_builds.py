"""What builds of large contexts cost: time of a rebuild beside the classic builder's, and memory."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.docker_place import MILEPOST, Figures, Place

MEGABYTE = 1 << 20
REBUILD = """
project = "bench-rebuild"
app "large" {
  build {
    use "docker" {}
  }
  deploy {
    use "docker" {
      worker = true
    }
  }
}
"""
MEMORY = """
project = "bench-memory-%s"
app "large" {
  build {
    use "docker" {
      buildkit = %s
    }
  }
  deploy {
    use "docker" {
      worker = true
    }
  }
}
"""
LAYERS = "FROM %s\nCOPY data /data\nCOPY src /src\n"
SENT = "FROM %s AS all\nCOPY data /data\nCOPY src /src\nFROM %s\nCOPY --from=all /src /src\n"
"""All is sent, and the image is small: what is measured is the sending."""


def rebuild(here: Place, megabytes: int, rounds: int) -> Figures:
    """Return what rebuilds take, of the classic builder's by the docker command line, which sends all again."""
    folder = here.project("rebuild", REBUILD)
    (folder / "Dockerfile").write_text(LAYERS % here.image)
    _fill(folder, megabytes)
    changes: dict[str, Callable[[], None]] = {
        "nothing changed": lambda: None,
        "one byte changed in a small layer": lambda: _alter(folder / "src" / "app"),
        f"one byte changed in the {megabytes} MB": lambda: _alter(folder / "data" / "0000"),
    }
    for build in _builds(here, folder):
        build()
    figures = [figure for what, change in changes.items() for figure in _figures(here, folder, (what, change), rounds)]
    here.docker("image", "prune", "--force")
    shutil.rmtree(folder / "data")
    return figures


def _builds(here: Place, folder: Path) -> tuple[Callable[[], float], ...]:
    """Return what builds, and tells how long it took: milepost, docker with BuildKit, docker with the classic one."""
    return (
        lambda: here.milepost(folder, "build"),
        lambda: here.docker("build", "--tag", "bench-rebuild:buildkit", ".", folder=folder),
        lambda: here.docker("build", "--tag", "bench-rebuild:classic", ".", folder=folder, DOCKER_BUILDKIT="0"),
    )


def _figures(here: Place, folder: Path, change: tuple[str, Callable[[], None]], rounds: int) -> Figures:
    """Return the figures of rebuilds, before each of which something is changed."""
    what, alter = change
    taken: list[list[float]] = []
    for _ in range(rounds):
        turn = [here.floor()]
        for build in _builds(here, folder):
            alter()
            turn.append(build())
        taken.append(turn)
    floor, ours, buildkit, classic = (statistics.median(each) for each in zip(*taken, strict=True))
    return [
        (f"rebuild, {what}, of the classic builder", ours / classic),
        ("  which takes, in seconds", classic),
        ("  docker build with BuildKit, of the classic builder", buildkit / classic),
        (f"  what milepost takes longer than that, in F of {floor * 1000:.0f} ms", (ours - buildkit) / floor),
    ]


def _fill(folder: Path, megabytes: int) -> None:
    """Write as many megabytes of files, and a small one beside them."""
    for name in ("data", "src"):
        (folder / name).mkdir()
    for number in range(megabytes):
        (folder / "data" / f"{number:04}").write_bytes(os.urandom(MEGABYTE))
    (folder / "src" / "app").write_text("0" * 100)


def _alter(file: Path) -> None:
    """Change the first byte of a file."""
    with file.open("r+b") as opened:
        first = opened.read(1)
        opened.seek(0)
        opened.write(bytes([(first[0] + 1) % 256]))


def memory(here: Place, sizes: tuple[int, int], *, buildkit: bool) -> Figures:
    """Return the peak memory of builds of a small and a large context: ours, and the larger of the smaller one."""
    path = "BuildKit" if buildkit else "the classic builder"
    peaks: list[dict[str, int]] = []
    for megabytes in sizes:
        name = f"{path.rpartition(' ')[2].lower()}-{megabytes}"
        folder = here.project(name, MEMORY % (name, str(buildkit).lower()))
        (folder / "Dockerfile").write_text(SENT % (here.image, here.image))
        _fill(folder, 0)
        with (folder / "data" / "sparse").open("wb") as file:
            file.truncate(megabytes * MEGABYTE)
        peaks.append(_peaks(here, folder))
        shutil.rmtree(folder / "data")
        here.docker("builder", "prune", "--all", "--force")
        here.docker("image", "prune", "--force")
    small, large = peaks
    return [
        (f"memory, {path}, {sizes[1]:,} MB of {sizes[0]} MB", _ours(large) / _ours(small)),
        ("  which takes, in MB", _ours(large) / 1024),
        ("  the same with the programs that it runs", sum(large.values()) / sum(small.values())),
    ]


def _ours(peaks: dict[str, int]) -> int:
    """Return what the processes of milepost took, without the programs that it ran."""
    return sum(each for name, each in peaks.items() if name.startswith("milepost"))


def _peaks(here: Place, folder: Path) -> dict[str, int]:
    """Return the peak of each process of a build in KB, as the system notes it, by its command line."""
    peaks: dict[str, int] = {}
    with subprocess.Popen(
        (MILEPOST, "build"), cwd=folder, env=here.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as program:
        while program.poll() is None:
            found = (each for pid in _family(program.pid) for each in _peak(pid).items())
            for name, peak in found:
                peaks[name] = max(peak, peaks.get(name, 0))
            time.sleep(0.05)
    if program.returncode:
        raise SystemExit(f"milepost build ended with status {program.returncode}")
    return peaks


def _family(first: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [first]
    for pid in found:
        with suppress(OSError):  # it may end while it is looked at
            tasks = Path(f"/proc/{pid}/task").iterdir()
            found += [int(each) for task in tasks for each in (task / "children").read_text().split()]
    return found


def _peak(pid: int) -> dict[str, int]:
    """Return the peak of a process; nothing of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        peak = int(status.partition("VmHWM:")[2].split()[0])
    except (OSError, IndexError):
        return {}
    # What is about to become a program is called like that which starts it.
    kind = "milepost" if "python" in words.split(" ")[0] else "program"
    return {f"{kind}: {words}": peak}
