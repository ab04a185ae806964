"""Another process that uses a history, for tests: `program.py WHAT FOLDER …`, telling what it did line by line."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.errors import MilepostError
from milepost.sdk.store import Opening, OutputLine

PADDING = "x" * 2000


def opened(folder: str, **how) -> SqliteStore:
    """Return the store of the folder."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    return SqliteStore.open(
        Path(folder),
        Opening("shop", "example.org/shop", new_id=lambda: "made", now=lambda: now, **{"formerly": "", **how}),
    )


def tell(text: str) -> None:
    """Tell the test, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def append(folder: str, prefix: str, number: str) -> None:
    """Append runs, each with an operation that is amended and prints; tell what begins and what is acknowledged."""
    store = opened(folder)
    for place in range(int(number)):
        run = f"{prefix}-{place}"
        tell(f"begin {run}")
        given = store.append({"id": run, "kind": "run", "workspace": "default", "status": "running", "why": PADDING})
        operation = {"id": f"{run}-O", "kind": "operation", "run": run, "app": "web", "workspace": "default"}
        store.append({**operation, "stage": "deploy", "status": "running"})
        store.amend([{**operation, "stage": "deploy", "status": "success", "state": PADDING}])
        store.write_output(f"{run}-O", [OutputLine(1, "", "plugin", "stdout", run)])
        tell(f"done {run} {given}")
    store.close()


def hold(folder: str, name: str) -> None:
    """Take a lock, tell whether it worked, and hold it until the test says something."""
    lock = opened(folder).lock(name)
    tell(str(lock.acquire({"who": "other"})))
    sys.stdin.readline()


def share(folder: str, name: str) -> None:
    """Take a lock, start a child that inherits it, tell the child's pid, and wait."""
    lock = opened(folder).lock(name)
    lock.acquire({"who": "parent"})
    handle = lock.handle
    assert handle is not None
    child = subprocess.Popen(["sleep", "600"], pass_fds=[handle], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    tell(str(child.pid))
    sys.stdin.readline()


def fill(folder: str, size: str) -> None:
    """Append until no file may grow beyond `size` bytes; tell each run, then the error."""
    store = opened(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    for place in range(100_000):
        try:
            store.append({"id": f"R{place}", "kind": "run", "workspace": "default", "why": PADDING})
        except MilepostError as error:
            tell(f"error {error.code} {error} | {error.hint}")
            return
        tell(f"done R{place}")


def stranger() -> None:
    """Become somebody who may not write where root may; anybody else already is."""
    # What is imported late is imported here, while Python's own folder can be read.
    Path("/").as_uri()
    assert shutil.copyfile
    assert tempfile.gettempdir()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def read(folder: str) -> None:
    """Tell the ids of the runs that a reader sees, or the error."""
    stranger()
    try:
        store = opened(folder, create=False)
        tell(" ".join(each["id"] for each in store.latest("run", {})))
    except MilepostError as error:
        tell(f"error {error.code} {error} | {error.hint}")


def write(folder: str) -> None:
    """Append a run, or tell the error."""
    stranger()
    try:
        tell(str(opened(folder).append({"id": "written", "kind": "run", "workspace": "default"})))
    except MilepostError as error:
        tell(f"error {error.code} {error} | {error.hint}")


if __name__ == "__main__":
    does = {"append": append, "hold": hold, "share": share, "fill": fill, "read": read, "write": write}
    does[sys.argv[1]](*sys.argv[2:])
