"""What one run of the tests has started, shared by its workers and ended with it, whatever way that ends.

Every worker finds the same folder. What is started there notes its process in it, so that the controller, or a reaper
when that was killed, can end all of it from the folder's contents alone. Nothing but Python's own library is used.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 10.0
"""Seconds that a process has to end when it is asked to."""
LOOK_AGAIN = 0.02
PROCESSES, ENGINES = "processes", "engines"


def premises() -> Path:
    """Return this run's folder, made on first use; its path is short, since sockets stand in it."""
    folder = _folder()
    (folder / PROCESSES).mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def are_used() -> bool:
    """Tell whether anything of this run has used its folder."""
    return _folder().exists()


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Give the run's folder, with no other worker inside the block of that name."""
    folder = premises()
    with (folder / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


def launch(name: str, argv: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> int:
    """Start a program in a session of its own, which outlives this process, and return its id."""
    _reaper()
    return _launch(name, argv, log, environment)


def end(name: str, how: int = signal.SIGTERM) -> None:
    """End what was launched under that name, and wait until it is gone."""
    note = premises() / PROCESSES / name
    if note.exists():
        _end(note, how)


def end_noted(note: Path) -> None:
    """Kill the process whose id a file holds, if it is there, and wait until it is gone."""
    if note.exists():
        pid = int(note.read_text())
        note.write_text(f"{pid} {_started(pid)}")
        _end(note, signal.SIGKILL)


def is_running(name: str) -> bool:
    """Tell whether what was launched under that name still runs."""
    note = premises() / PROCESSES / name
    return note.exists() and _lives(*_noted(note))


def free_port() -> int:
    """Return a port of loopback that nobody listens on, and that no other worker is given."""
    with alone("ports") as folder:
        given = folder / "ports"
        taken = set(given.read_text().split()) if given.exists() else set()
        while True:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port: int = probe.getsockname()[1]
            if str(port) not in taken:
                given.write_text(" ".join((*taken, str(port))))
                return port


def conclude() -> None:
    """End everything of this run; for the process that leads it."""
    folder = _folder()
    if folder.exists():
        sweep(folder)


def sweep(folder: Path) -> None:
    """End everything that a run has started and remove its folder; done twice it does nothing more."""
    from tests.engines.razing import raze  # the reaper is a script that knows its place only once it runs

    notes = sorted((folder / PROCESSES).glob("*"), key=lambda each: each.name == "reaper")
    for engine in sorted((folder / ENGINES).glob("*")):
        raze(engine)
    for note in notes:
        if note.name != "reaper" or _noted(note)[0] != os.getpid():
            _end(note, signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)


def _leader() -> int:
    """Return the process that leads this run: xdist's controller, who started us, or we."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _folder() -> Path:
    """Return the folder of the run that this process belongs to."""
    leader = _leader()
    return Path(tempfile.gettempdir()) / f"milepost-{leader}-{_started(leader)}"


def _reaper() -> None:
    """See to it that everything is ended also when the leader is killed."""
    with alone("reaper") as folder:
        if not is_running("reaper"):
            argv = (sys.executable, str(Path(__file__).resolve()), str(folder), str(_leader()))
            _launch("reaper", argv, folder / "reaper.log")


def _launch(name: str, argv: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> int:
    """Start a program by way of a shell that ends at once, so that it is nobody's child."""
    script = 'log=$1; shift; "$@" >>"$log" 2>&1 </dev/null & echo $!'
    started = subprocess.run(
        ("sh", "-c", script, "sh", str(log), *argv),
        env=None if environment is None else dict(environment),
        check=True,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    pid = int(started.stdout)
    (premises() / PROCESSES / name).write_text(f"{pid} {_started(pid)}")
    return pid


def _end(note: Path, how: int) -> None:
    """End a noted process: in order, then by force."""
    pid, started = _noted(note)
    for sign in (how, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE
        with suppress(ProcessLookupError):
            if _lives(pid, started):
                os.kill(pid, sign)
        while _lives(pid, started) and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN)
    note.unlink(missing_ok=True)


def _noted(note: Path) -> tuple[int, str]:
    """Return a noted process and when it was started."""
    pid, _, started = note.read_text().partition(" ")
    return int(pid), started


def _lives(pid: int, started: str) -> bool:
    """Tell whether it is still that process and has not ended."""
    return pid > 0 and bool(started) and _started(pid) == started


def _started(pid: int) -> str:
    """Return when a process was started, in the system's ticks; nothing when it has ended."""
    try:
        # The name stands in brackets and may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "0" if not Path("/proc/self/stat").exists() else ""
    return "" if fields[0] in "ZX" else fields[19]


def _reap(folder: Path, leader: int) -> None:
    """Wait until the leader has ended, then clean up after it."""
    import tests.engines.razing  # noqa: F401  now: the file may be another one by then

    with suppress(ProcessLookupError):
        watched = os.pidfd_open(leader)
        select.select([watched], [], [])
    if folder.exists():
        sweep(folder)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    _reap(Path(sys.argv[1]), int(sys.argv[2]))
