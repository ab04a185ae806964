"""What builds of large contexts cost: time of a rebuild beside the classic builder's, and memory."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
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
    here.milepost(folder, "build")
    _classic(here, folder)
    figures = _unchanged(here, folder, rounds)
    for what, file in (("in a small layer", folder / "src" / "app"), (f"in the {megabytes} MB", _last(folder))):
        figures += _changed(here, folder, file, (f"one byte changed {what}", rounds))
    here.docker("image", "prune", "--force")
    shutil.rmtree(folder / "data")
    return figures


def _unchanged(here: Place, folder: Path, rounds: int) -> Figures:
    taken = [(here.milepost(folder, "build"), _classic(here, folder), here.floor()) for _ in range(rounds)]
    return _told("nothing changed", taken)


def _changed(here: Place, folder: Path, file: Path, measure: tuple[str, int]) -> Figures:
    """Return the figures of rebuilds before each of which one byte of a file is another one."""
    what, rounds = measure
    taken = []
    for _ in range(rounds):
        _alter(file)
        ours = here.milepost(folder, "build")
        _alter(file)
        taken.append((ours, _classic(here, folder), here.floor()))
    return _told(what, taken)


def _told(what: str, taken: list[tuple[float, float, float]]) -> Figures:
    ours, classic, floor = (statistics.median(each) for each in zip(*taken, strict=True))
    return [
        (f"rebuild, {what}, of the classic builder", ours / classic),
        ("  which takes, in seconds", classic),
        (f"  milepost, in F of {floor * 1000:.0f} ms", ours / floor),
    ]


def _classic(here: Place, folder: Path) -> float:
    """Build as docker did before BuildKit, and return how long it took."""
    return here.docker("build", "--tag", "bench-rebuild:classic", ".", folder=folder, DOCKER_BUILDKIT="0")


def _fill(folder: Path, megabytes: int) -> None:
    """Write as many megabytes of files, and a small one beside them."""
    for name in ("data", "src"):
        (folder / name).mkdir()
    for number in range(megabytes):
        (folder / "data" / f"{number:04}").write_bytes(os.urandom(MEGABYTE))
    (folder / "src" / "app").write_text("0" * 100)


def _last(folder: Path) -> Path:
    return max((folder / "data").iterdir())


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
    """Return the peak of each process of a build in KB, as the system notes it, by name and number."""
    peaks: dict[str, int] = {}
    with subprocess.Popen(
        (MILEPOST, "build"), cwd=folder, env=here.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as program:
        while program.poll() is None:
            for pid in _family(program.pid):
                peaks |= _peak(pid)
            time.sleep(0.05)
    if program.returncode:
        raise SystemExit(f"milepost build ended with status {program.returncode}")
    return peaks


def _family(first: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [first]
    for pid in found:
        try:
            for tasks in Path(f"/proc/{pid}/task").iterdir():
                found += [int(each) for each in (tasks / "children").read_text().split()]
        except OSError:
            continue
    return found


def _peak(pid: int) -> dict[str, int]:
    """Return the peak of a process; nothing of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        peak = int(status.partition("VmHWM:")[2].split()[0])
    except (OSError, IndexError):
        return {}
    # The child of milepost is a Python with `-m milepost…`; what it runs is not called so.
    kind = "milepost" if "python" in words.split(" ")[0] else "program"
    return {f"{kind} {pid}": peak}
