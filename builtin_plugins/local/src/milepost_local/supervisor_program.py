"""The supervisor's program: its orders from standard input, its lock, and then its loop."""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

from milepost_local.identity import identify
from milepost_local.place import Place
from milepost_local.supervisor_loop import Supervisor
from milepost_local.supervisor_spec import decoded

ANOTHER_RUNS = 3
"""The exit status when the deployment has a supervisor already."""
NOT_WANTED = 4
"""The exit status when the deployment is gone, or about to go."""


def main(argv: list[str]) -> int:
    """Supervise the deployment in the folder `argv[1]` to its end; return the exit status."""
    place = Place(Path(argv[1]))
    spec = decoded(_orders())
    try:
        lock = os.open(place.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        return NOT_WANTED
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return ANOTHER_RUNS
    me = identify(os.getpid())
    assert me is not None
    launcher = Path(__file__).with_name("supervisor_launch.py").read_text()
    Supervisor(place, spec, me, launcher).run()
    return 0


def _orders() -> bytes:
    """Return all of standard input, and let go of it."""
    text = sys.stdin.buffer.read()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return text
