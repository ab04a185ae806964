"""What runs on this machine for one state folder, as the system tells it: no record of milepost is asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MARK = "MILEPOST_DEPLOYMENT="
PROC = Path("/proc")


class Running(NamedTuple):
    """A process that belongs to a state folder."""

    pid: int
    kind: str
    """`part`, `supervisor`, `caddy`, `app`, or `other`: the command line, a hook, a task, a build."""
    command: str
    deployment: str
    """The name of its deployment's folder; empty for what belongs to none."""


def running(state: Path) -> list[Running]:
    """Return all processes that name the state folder in their command, environment or working folder."""
    found = _from_proc(str(state)) if PROC.joinpath("self").exists() else _from_ps(str(state))
    return [_seen(state, *each) for each in found if each[0] != os.getpid()]


def _seen(state: Path, pid: int, command: str, environment: str) -> Running:
    """Return a process with its kind."""
    deployment = _deployment(state, command + "\n" + environment)
    if "milepost.host.lifecycle.child" in command:
        return Running(pid, "part", command, "")
    if "supervisor.py" in command:
        return Running(pid, "supervisor", command, deployment)
    if "run --config caddy.json" in command:
        return Running(pid, "caddy", command, "")
    return Running(pid, "app" if f"{MARK}{state}" in environment else "other", command, deployment)


def _deployment(state: Path, text: str) -> str:
    """Return the name of the deployment's folder that is named in a text."""
    _, found, rest = text.partition(f"{state}/plugins/milepost-local/deployments/")
    return rest.split("/")[0].split()[0] if found else ""


def _from_proc(state: str) -> Iterator[tuple[int, str, str]]:
    """Yield pid, command line and environment of those that live and name the state folder."""
    for each in PROC.iterdir():
        if not each.name.isdigit():
            continue
        try:
            command = each.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = each.joinpath("environ").read_bytes().replace(b"\0", b"\n").decode(errors="replace")
            folder = os.readlink(each / "cwd")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        # One that has just ended still has its folder in /proc, with nothing in it.
        if command and f"{state}/" in f"{command}\n{environment}\n{folder}/".replace(f"{state}\n", f"{state}/\n"):
            yield int(each.name), command, environment


def _from_ps(state: str) -> Iterator[tuple[int, str, str]]:
    """Yield the same as `ps` of macOS tells it, where command and environment are one text."""
    shown = subprocess.run(("ps", "-axwwEo", "pid=,command="), capture_output=True, text=True, check=True)
    for line in shown.stdout.splitlines():
        pid, _, text = line.strip().partition(" ")
        if state in text:
            yield int(pid), text, text
