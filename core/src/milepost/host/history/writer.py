"""Whether the process that writes a record still lives: told by pid, start time, boot and machine.

Linux says both times in /proc. macOS is asked through its C library, since a program must not be run for it. One of
another machine, or container, cannot be looked at: it lives for as long as its run holds the lock `run/ID`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from milepost.sdk.store import HistoryStore

PROC = Path("/proc")
STATE, STARTED = 0, 19
"""Where both stand in a process's `stat`, counted from behind its name: fields 3 and 22."""


FAILED = ("error", "interrupted")
"""How what failed ended: by an error, or with its writer."""

WHOLE_MACHINE = "pid:[4026531836]"
"""How Linux names the process ids that are not those of a container."""


class Seen(NamedTuple):
    """What the system says of a process that exists."""

    started: str
    """When it started, as the system counts; empty when it does not tell."""
    ended: bool
    """It has ended and its parent has not asked yet: a zombie."""


def this_writer() -> dict[str, Any]:
    """Return the facts of this process, as the documents carry them."""
    return identify(os.getpid())


def identify(pid: int) -> dict[str, Any]:
    """Return the facts of a process of this machine; one that is gone has an empty start time."""
    seen = _seen(pid)
    return {"pid": pid, "started": seen.started if seen else "", "boot": _boot(), "host": os.uname().nodename}


def alive_here(writer: Mapping[str, Any]) -> bool | None:
    """Return whether the process with these facts lives; None for one of another machine, boot or container.

    A zombie is dead, and so is one whose pid another process has now.
    """
    if writer.get("host") != os.uname().nodename or writer.get("boot") != _boot():
        return None
    seen = _seen(int(writer.get("pid") or 0))
    if seen is None or seen.ended:
        return False
    return seen.started in ("", writer.get("started"))


RUN_LOCK = "run/"
"""How the names of the locks begin that runs hold for themselves, which keep nobody out."""


def run_lock(run: str) -> str:
    """Return the name of the lock that a run holds for as long as anybody carries it out; `run` is its id."""
    return f"{RUN_LOCK}{run}"


def lives(document: Mapping[str, Any], store: HistoryStore) -> bool:
    """Return whether whoever writes a run or operation lives, wherever that is."""
    here = alive_here(document.get("writer") or {})
    if here is not None:
        return here
    run = document["id"] if document.get("kind") == "run" else document.get("run")
    return store.lock(run_lock(str(run))).holder() is not None


def as_it_is(document: dict[str, Any], store: HistoryStore) -> dict[str, Any]:
    """Return a run or operation as it is now: what stands as running, and whose writer is dead, was interrupted."""
    if document.get("status") != "running" or lives(document, store):
        return document
    return {**document, "status": "interrupted"}


def _boot() -> str:
    """Return the id of the boot that this machine is in; in a container, with that of its process ids."""
    if sys.platform == "darwin":
        from milepost.host.history.darwin import boot  # noqa: PLC0415  needs a library that others have not

        return boot()
    boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    with suppress(OSError):
        space = os.readlink(PROC / "self/ns/pid")
        return boot if space == WHOLE_MACHINE else f"{boot} {space}"
    return boot


def _seen(pid: int) -> Seen | None:
    """Return what the system says of the process; None if there is none."""
    if pid <= 0:
        return None
    if sys.platform == "darwin":
        from milepost.host.history.darwin import started  # noqa: PLC0415  needs a library that others have not

        when = started(pid)
        return Seen(when, ended=False) if when or _exists(pid) else None
    try:
        # The name stands in parentheses and may hold anything, parentheses too.
        fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return Seen("", ended=False) if _exists(pid) else None
    return Seen(fields[STARTED].decode(), ended=fields[STATE] in (b"Z", b"X"))


def _exists(pid: int) -> bool:
    """Return whether there is a process that the system tells us nothing about: that of another user."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return False  # ours, and yet without a start time: a zombie
