"""The way to an engine behind ssh: one tunnel for as long as it is needed, made by the user's own `ssh`.

The user's `ssh` knows the user's config, agent, keys and jump hosts, which no library does. The Docker CLI starts
`ssh HOST docker system dial-stdio` for each connection; here one `ssh -N -L SOCKET:…` makes one connection, and its
end on this machine is an ordinary socket: for this process, buildx, pack and docker alike (pack has an ssh of its own
that reads no config). The step starts it, so that it is in the record; it lives no longer than the named pipe that this
process holds open, however this process ends.

Where the engine is on the far side, the far side's `docker` says: the context, or DOCKER_HOST, of that user there.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from milepost.sdk import Command, CommandFailedError, MilepostError, Step
from milepost_docker.engine.address import SOCKET, Address
from milepost_docker.engine.trouble import UnreachableError

PATIENCE = 30.0
"""How long `ssh` may take, in seconds."""
SSH_FAILED = 255
"""The status of `ssh` where it is ssh that failed, and not what runs on the far side."""
NO_PROGRAM = (126, 127)
WHERE = "docker context inspect --format '{{.Endpoints.docker.Host}}'"

LIFELINE = """
ssh "$@" </dev/null &
tunnel=$!
trap 'kill $tunnel 2>/dev/null' TERM
{ read -r _ <"$LIFELINE"; kill $tunnel 2>/dev/null; rm -rf "${LIFELINE%/*}"; } &
wait $tunnel
"""
"""Ends the tunnel, and removes its folder, when the last one that holds the pipe open for writing is gone."""


@contextmanager
def tunnelled(address: Address, step: Step) -> Iterator[Address]:
    """Give an address of this machine behind which the engine is; what needs no tunnel stays as it is.

    Raises UnreachableError that says what ssh said.
    """
    if address.scheme != "ssh":
        yield address
        return
    there = urlsplit(address.url)
    if not there.hostname:
        raise MilepostError(
            f"{address.origin} names the engine {address.url!r}, without a host", hint="ssh://USER@HOST"
        )
    far = _far_socket(there, address, step)
    # Not in the step's scratch folder: the path of a socket has 104 characters at the most.
    folder = Path(tempfile.mkdtemp(prefix="milepost-"))
    try:
        near = folder / "engine.sock"
        with held_pipe(folder) as lifeline, forwarding(there, f"{near}:{far}", lifeline, step) as tunnel:
            _await(near, folder / "log", tunnel, address, step)
            yield replace(address, url=f"unix://{near}", far=address.url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def ssh_arguments(there: SplitResult) -> tuple[str, ...]:
    """Return what `ssh` is told of the other machine: nothing is asked at the keyboard, a changed key is an error."""
    user = ("-l", there.username) if there.username else ()
    port = ("-p", str(there.port)) if there.port else ()
    return ("-T", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={PATIENCE:.0f}", *user, *port)


def _far_socket(there: SplitResult, address: Address, step: Step) -> str:
    """Return where the engine is on the far side, as `-L` wants it."""
    if there.path.strip("/"):
        return there.path
    argv = ("ssh", *ssh_arguments(there), "--", there.hostname or "", WHERE)
    try:
        asked = step.run(Command(argv=argv, quiet=True, check=False, timeout=PATIENCE * 2))
    except CommandFailedError as error:
        raise UnreachableError(f"the engine at {address.name} needs ssh: {error}", hint="install ssh") from error
    if asked.status == SSH_FAILED:
        raise ssh_trouble(asked.stderr.decode("utf-8", "replace"), there, address, step)
    said = asked.stdout.decode("utf-8", "replace").strip()
    if asked.status in NO_PROGRAM or not said:
        return SOCKET
    scheme, _, rest = said.partition("://")
    if scheme not in ("unix", "tcp"):
        message = f"the docker of {there.hostname} uses the engine {said!r} itself, which a tunnel cannot reach"
        raise UnreachableError(
            message, hint=f"name the machine on which the engine runs, in the place of {address.url}"
        )
    return rest


@contextmanager
def held_pipe(folder: Path) -> Iterator[Path]:
    """Give the path of a named pipe that is open for writing while the context, or this process, lasts."""
    path = folder / "lifeline"
    os.mkfifo(path, 0o600)
    # For reading too: else it would wait for the reader.
    descriptor = os.open(path, os.O_RDWR)
    try:
        yield path
    finally:
        os.close(descriptor)


@contextmanager
def forwarding(there: SplitResult, forward: str, lifeline: Path, step: Step) -> Iterator[int]:
    """Give the process id of the tunnel while it is wanted."""
    options = (
        *("-N", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15"),
        # A connection of its own: a shared one would keep the forwarding after our end.
        *("-o", "ControlMaster=no", "-o", "ControlPath=none"),
        *("-L", forward),
    )
    argv = ("sh", "-c", LIFELINE, "milepost-tunnel", *options, *ssh_arguments(there), "--", there.hostname or "")
    log = lifeline.with_name("log")
    started = step.run(Command(argv=argv, env={"LIFELINE": str(lifeline)}, detach=True, log=str(log)))
    try:
        yield started.pid
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGTERM)


def _await(near: Path, log: Path, tunnel: int, address: Address, step: Step) -> None:
    """Wait until the tunnel stands. Raises UnreachableError when it has ended instead."""

    def settled() -> bool:
        return near.exists() or not is_alive(tunnel)

    step.wait(f"the tunnel to {address.name}", PATIENCE * 2, settled, 0.02)
    if not near.exists():
        said = log.read_text(errors="replace") if log.exists() else ""
        raise ssh_trouble(said, urlsplit(address.url), address, step)


def is_alive(pid: int) -> bool:
    """Return whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ssh_trouble(said: str, there: SplitResult, address: Address, step: Step) -> UnreachableError:
    """Return what it means that ssh failed, with its own words."""
    words = " ".join(said.split())[-600:] or "ssh said nothing"
    target = there.netloc.rpartition("@")[0] + "@" + (there.hostname or "") if there.username else there.hostname
    port = f" -p {there.port}" if there.port else ""
    if unknown := _unknown_key(there, step):
        message = (
            f"the engine at {address.name} cannot be reached: the host key of {unknown} is not known here. {words}"
        )
        hint = (
            f"ssh{port} {target} true, once by hand: compare the fingerprint it shows with the machine's, then accept"
        )
        return UnreachableError(message, hint=hint)
    return UnreachableError(
        f"the engine at {address.name} cannot be reached by ssh: {words}", hint=f"ssh{port} {target} true"
    )


def _unknown_key(there: SplitResult, step: Step) -> str:
    """Return the name under which the user's ssh knows no key for that machine; nothing where it knows one.

    ssh has one status for all that fails, so its files are asked.
    """
    argv = ("ssh", "-G", *ssh_arguments(there), "--", there.hostname or "")
    told = step.run(Command(argv=argv, quiet=True, check=False, timeout=PATIENCE)).stdout.decode("utf-8", "replace")
    settings = dict(line.split(" ", 1) for line in told.splitlines() if " " in line)
    host, port = settings.get("hostname", there.hostname or ""), settings.get("port", "22")
    name = settings.get("hostkeyalias") or (host if port == "22" else f"[{host}]:{port}")
    files = f"{settings.get('userknownhostsfile', '')} {settings.get('globalknownhostsfile', '')}".split()
    for each in files:
        path = Path(each.replace("~", str(step.facts.home), 1) if each.startswith("~") else each)
        if path.is_file():
            asked = Command(argv=("ssh-keygen", "-F", name, "-f", str(path)), quiet=True, check=False, timeout=PATIENCE)
            if step.run(asked).status == 0:
                return ""
    return name if settings else ""
