"""Which process is which: a process id alone is used again, with start time and boot id it is not.

Nothing but the standard library is imported here: the supervisor is made of it too.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MARK = "MILEPOST_DEPLOYMENT"
"""The environment variable that every process of a deployment inherits; its value is the deployment's folder."""

_PROC = Path("/proc")


class Identity(NamedTuple):
    """A process that cannot be mistaken for a later one with the same id."""

    pid: int
    started: str
    """When it was started, in the system's own unit."""
    boot: str
    """Of which start of the machine."""


def boot_id() -> str:
    """Return what names this start of the machine."""
    if sys.platform == "darwin":
        from milepost_local.identity_macos import boot_time  # noqa: PLC0415  needs a library that others have not

        return boot_time()
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> Identity | None:
    """Return the identity of the process that has this id now; None if there is none, or only its remains."""
    if sys.platform == "darwin":
        from milepost_local.identity_macos import start_time  # noqa: PLC0415  needs a library that others have not

        started = start_time(pid)
    else:
        fields = _stat(pid)
        started = None if fields is None or fields[0] in "ZX" else fields[19]
    return None if started is None else Identity(pid, started, boot_id())


def is_alive(identity: Identity) -> bool:
    """Return whether exactly this process still runs."""
    return identify(identity.pid) == identity


def send(identity: Identity, number: int) -> bool:
    """Send a signal to exactly this process; return whether it was there to get it."""
    if sys.platform == "darwin":
        if not is_alive(identity):
            return False
        return _signalled(identity.pid, number)
    try:
        handle = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return False
    try:
        # Checked again while the handle holds the process: the id cannot have passed to another since.
        if not is_alive(identity):
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def group(leader: int) -> tuple[int, ...]:
    """Return the other processes of the group that `leader` leads; none where the system does not tell."""
    found = []
    for pid in _processes():
        fields = _stat(pid)
        if fields is not None and fields[2] == str(leader) and fields[0] not in "ZX" and pid != leader:
            found.append(pid)
    return tuple(found)


def marked(folder: Path) -> tuple[Identity, ...]:
    """Return all processes that carry the mark of the deployment in `folder`; none where the system does not tell."""
    mark = os.fsencode(f"{MARK}={folder}")
    found = (identify(pid) for pid in _processes() if mark in _environment(pid) and pid != os.getpid())
    return tuple(each for each in found if each is not None)


def _signalled(pid: int, number: int) -> bool:
    """Send a signal to whatever has the id; return whether something had it."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _processes() -> Iterator[int]:
    """Yield the ids of all processes; none where there is no /proc."""
    if _PROC.joinpath("self").exists():
        yield from (int(each) for each in os.listdir(_PROC) if each.isdigit())


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the third on; None if there is no such process."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the name in parentheses, which may hold anything.
    return text[text.rindex(")") + 2 :].split()


def _environment(pid: int) -> list[bytes]:
    """Return the variables a process was started with; none if it is gone or another user's."""
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []
