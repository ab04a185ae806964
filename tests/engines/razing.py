"""What it takes to leave nothing of a container engine: processes, mounts, bridges, sockets, control groups."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PATIENCE = 10.0
LOOK_AGAIN = 0.02
NUMBER = "number"
"""The file with the number that an engine's bridge, networks and control group are named by."""


def bridge_of(number: int) -> str:
    """Return the name of an engine's own bridge, and of its control group."""
    return f"milepost{number}"


def raze(folder: Path) -> None:
    """End the engine whose folder that is, in order where it still hears, and remove all that it made."""
    _end_in_order(folder)
    _kill_left(folder)
    for path in _shim_sockets(folder):
        path.unlink(missing_ok=True)
    for mounted in _mounts_below(folder):
        subprocess.run(("umount", "--lazy", mounted), check=False, capture_output=True)
    with suppress(FileNotFoundError, ValueError):
        remove_network(int((folder / NUMBER).read_text()), _networks(folder))
    shutil.rmtree(folder, ignore_errors=True)


def remove_network(number: int, database: bytes) -> None:
    """Remove the bridges, the rule and the control group of an engine that has ended, and noted its networks there."""
    for bridge in (bridge_of(number), *_bridges(database)):
        subprocess.run(("ip", "link", "delete", bridge), check=False, capture_output=True)
    while not rule(number, "-D").returncode:
        pass
    for hierarchy in (Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").glob("*/")):
        _remove_groups(hierarchy / bridge_of(number))


def rule(number: int, change: str) -> subprocess.CompletedProcess[bytes]:
    """Add or delete what lets an engine's containers speak to each other where another engine forbids it to all."""
    own = ("-m", "comment", "--comment", bridge_of(number))
    argv = ("iptables", "-w", change, "FORWARD", "-m", "physdev", "--physdev-is-bridged", *own, "-j", "ACCEPT")
    if shutil.which("iptables") is None:
        return subprocess.CompletedProcess(argv, 1)
    return subprocess.run(argv, check=False, capture_output=True)


def taken(number: int) -> bool:
    """Tell whether this machine has something at the addresses of that number."""
    routes = json.loads(subprocess.run(("ip", "-json", "route"), check=True, capture_output=True).stdout or b"[]")
    return any(each.get("dst", "").startswith(f"10.{number}.") for each in routes)


def _end_in_order(folder: Path) -> None:
    """Ask the engine to end, and wait for it."""
    with suppress(FileNotFoundError, ValueError, ProcessLookupError):
        pid = int((folder / "dockerd.pid").read_text())
        if str(folder) in _command(pid):
            os.kill(pid, signal.SIGTERM)
            _wait_for({pid}, folder)


def _kill_left(folder: Path) -> None:
    """Kill what names the folder in its command line, and what came from it: containers after a crash."""
    left = set(_processes_of(folder))
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _wait_for(left, folder)


def _processes_of(folder: Path) -> Iterator[int]:
    """Yield the processes whose command line names the folder, and all that descend from them."""
    parents, roots = {}, set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            pid = int(entry.name)
            parents[pid] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            # One that cleans up names it too.
            if str(folder) in _command(pid) and pid not in (os.getpid(), os.getppid()):
                roots.add(pid)
    for pid in parents:
        line, each = [], pid
        while each in parents and each not in line:
            line.append(each)
            each = parents[each]
        if roots.intersection(line):
            yield pid


def _command(pid: int) -> str:
    """Return the command line of a process; nothing when it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    return ""


def _wait_for(pids: set[int], folder: Path) -> None:
    """Wait until those have ended, but not for ever."""
    deadline = time.monotonic() + PATIENCE
    while any(_command(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN)


def _shim_sockets(folder: Path) -> Iterator[Path]:
    """Yield the sockets that killed shims have left in a folder of the system."""
    for address in folder.glob("exec/containerd/daemon/io.containerd.runtime.v2.task/*/*/address"):
        yield Path(address.read_text().removeprefix("unix://"))


def _mounts_below(folder: Path) -> list[str]:
    """Return what is mounted below a folder, the deepest first."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return sorted((each for each in points if each.startswith(f"{folder}/")), reverse=True)


def _networks(folder: Path) -> bytes:
    """Return the database in which an engine keeps its networks; nothing where it never had one."""
    with suppress(OSError):
        return (folder / "data" / "network" / "files" / "local-kv.db").read_bytes()
    return b""


def _bridges(database: bytes) -> Iterator[str]:
    """Yield the bridges of networks that a database knows; each is called by the beginning of its network's id."""
    listed = subprocess.run(("ip", "-json", "link", "show", "type", "bridge"), check=False, capture_output=True).stdout
    for each in json.loads(listed or b"[]"):
        own, _, network = each["ifname"].partition("br-")
        if not own and network.encode() in database:
            yield each["ifname"]


def _remove_groups(group: Path) -> None:
    """Remove a control group and those below it, which are empty."""
    if group.is_dir():
        for each in group.iterdir():
            if each.is_dir():
                _remove_groups(each)
        with suppress(OSError):
            group.rmdir()
