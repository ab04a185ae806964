"""Container engines for tests: the machine's own, one for the whole run, and such as may be killed.

Where CI says so (CI=true or MILEPOST_REQUIRE_ENGINES=1) and this is root, the run starts a dockerd of its own;
elsewhere it is the one that `docker` would use, of which tests touch only what they have made. The fixtures are
everywhere, by `tests/engines/plugin.py`; those that need an engine skip where there is none.

What containers cannot do depends on the machine. On one with control groups of version 1 and without CAP_SYS_RESOURCE
memory limits hold, and a container that oversteps its own ends with 137 and `OOMKilled`; refused are an
`--oom-score-adj` below 0, ulimits above the daemon's own, and `--privileged` with Debian's runc.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.engines import premises, razing
from tests.engines.programs import ProgramMissingError, program

LOOK_AGAIN = 0.05
PATIENCE = 60.0
"""Seconds within which a daemon answers, on a machine that does much else."""
DEBIAN, CURRENT = "debian", "current"


@dataclass(frozen=True)
class Engine:
    """A container engine that answers."""

    host: str
    """Where it is: what DOCKER_HOST says, such as `unix:///run/docker.sock`."""
    version: str
    api: str
    """The newest version of the API that it speaks, such as `1.41`."""
    architecture: str
    """As images name it: `amd64`."""
    environment: Mapping[str, str] = field(repr=False)
    """For programs that are to use it: DOCKER_HOST, and a DOCKER_CONFIG with buildx and nothing of the user's."""

    @property
    def socket(self) -> Path | None:
        """Where it listens, if it does so at a path."""
        return Path(self.host.removeprefix("unix://")) if self.host.startswith("unix://") else None

    def docker(self, *words: str, stdin: bytes | None = None, check: bool = True) -> str:
        """Run the docker command line on it and return what it prints, without blanks around it."""
        done = subprocess.run(
            ("docker", *words), env=dict(self.environment), input=stdin, capture_output=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"docker {' '.join(words)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace").strip()

    def apart(self, folder: Path) -> Engine:
        """Return it with a DOCKER_CONFIG of one's own in that folder, which others do not see: for logins, contexts."""
        shutil.copytree(self.environment["DOCKER_CONFIG"], folder, symlinks=True, dirs_exist_ok=True)
        return replace(self, environment={**self.environment, "DOCKER_CONFIG": str(folder)})

    def remove(self, label: str) -> None:
        """Remove containers, networks, volumes and images with that label, `NAME` or `NAME=VALUE`, running or not."""
        chosen = ("--quiet", "--filter", f"label={label}")
        for kind, removal in (
            (("container", "ls", "--all"), ("container", "rm", "--force", "--volumes")),
            (("network", "ls"), ("network", "rm")),
            (("volume", "ls"), ("volume", "rm", "--force")),
            (("image", "ls", "--all"), ("image", "rm", "--force")),
        ):
            found = self.docker(*kind, *chosen).split()
            if found:
                # Somebody may be faster, or an image may be another one's parent.
                self.docker(*removal, *dict.fromkeys(found), check=False)


@dataclass
class Daemon:
    """A dockerd of the run's own, which can be ended in any way and started again with the same data."""

    name: str
    current: bool = False

    @property
    def folder(self) -> Path:
        """Where all that it has lies."""
        return premises.premises() / premises.ENGINES / self.name

    @property
    def host(self) -> str:
        """Where it listens, as DOCKER_HOST."""
        return f"unix://{self.folder / 'docker.sock'}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        if not (self.folder / razing.NUMBER).exists():
            self._settle()
        # Of a killed one it is still there, and its number may soon be another's.
        (self.folder / "dockerd.pid").unlink(missing_ok=True)
        before = os.environ | {"PATH": f"{self._programs()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
        premises.launch(self.name, self._command(), self.folder / "log", before)
        deadline = time.monotonic() + PATIENCE
        while ping(self.host) is None:
            if not premises.is_running(self.name) or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-3000:])
            time.sleep(LOOK_AGAIN)

    def stop(self) -> None:
        """End it in order: it stops its containers."""
        premises.end(self.name)

    def kill(self) -> None:
        """End it as a crash does: containers run on, and nobody answers for them."""
        premises.end(self.name, 9)
        # Its containerd dies with it, a little later; who starts before that takes the dying one for its own.
        premises.end_noted(self.folder / "exec" / "containerd" / "containerd.pid")

    def raze(self) -> None:
        """End it and remove everything that it has made."""
        razing.raze(self.folder)
        premises.end(self.name)

    def engine(self) -> Engine:
        """Return it as those see it who use it; only while it runs."""
        return look(self.host)

    def _command(self) -> tuple[str, ...]:
        """Return its command line: nothing that it does is to be felt by another one."""
        folder, number = self.folder, (self.folder / razing.NUMBER).read_text()
        own = razing.bridge_of(int(number))
        return (
            str(program("dockerd")) if self.current else _found("dockerd"),
            f"--host={self.host}",
            f"--data-root={folder / 'data'}",
            f"--exec-root={folder / 'exec'}",
            f"--pidfile={folder / 'dockerd.pid'}",
            f"--config-file={folder / 'daemon.json'}",
            # Each daemon makes the chains of the machine's firewall anew. Ports work without: by the proxy.
            *("--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"),
            f"--bridge={own}",
            # No --default-address-pool: whoever has one takes `docker0` away, also another's, when it is started again.
            f"--cgroup-parent=/{own}",
            # Where the machine has a containerd, dockerd uses that one.
            *(f"--containerd-namespace={own}", f"--containerd-plugins-namespace={own}-plugins"),
            "--shutdown-timeout=2",
            "--log-level=warn",
        )

    def _settle(self) -> None:
        """Take a number that nobody has, make the bridge of that number and the folder."""
        self.folder.mkdir(mode=0o711, parents=True)
        (self.folder / "daemon.json").write_text("{}")
        for number in range(200, 255):
            own = razing.bridge_of(number)
            made = ("ip", "link", "add", own, "type", "bridge")
            if razing.taken(number) or subprocess.run(made, check=False, capture_output=True).returncode:
                continue
            (self.folder / razing.NUMBER).write_text(str(number))
            subprocess.run(("ip", "address", "add", f"10.{number}.255.1/24", "dev", own), check=True)
            subprocess.run(("ip", "link", "set", own, "up"), check=True)
            razing.rule(number, "-I")
            return
        raise RuntimeError("no number is left for another dockerd")

    def _programs(self) -> Path:
        """Return the folder whose programs come first in its PATH."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        for name in ("runc", "docker-proxy") if self.current else ():
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(program(name))
        return folder


def look(host: str) -> Engine:
    """Return the engine that answers there."""
    answer = ping(host)
    if answer is None:
        raise AssertionError(f"nothing answers at {host}")
    environment = os.environ | {"DOCKER_HOST": host, "DOCKER_CONFIG": str(config_folder())}
    for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION", "BUILDX_BUILDER"):
        environment.pop(name, None)
    return Engine(host, answer["Version"], answer["ApiVersion"], answer["Arch"], environment)


def ping(host: str) -> dict[str, str] | None:
    """Return what an engine says of itself, or None where none answers."""
    with suppress(OSError, http.client.HTTPException, ValueError), closing(_line(host)) as line:
        line.request("GET", "/version")
        found: dict[str, str] = json.load(line.getresponse())
        return found
    return None


def _line(host: str) -> http.client.HTTPConnection:
    """Return a connection to where an engine may listen; it connects at the first request."""
    if host.startswith("unix://"):
        return _SocketLine(host.removeprefix("unix://"))
    return http.client.HTTPConnection(host.removeprefix("tcp://"), timeout=10)


class _SocketLine(http.client.HTTPConnection):
    """HTTP to a path instead of a port."""

    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=10)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._path)


def config_folder() -> Path:
    """Return a DOCKER_CONFIG that has buildx and nothing else."""
    with premises.alone("config") as folder:
        plugins = folder / "docker-config" / "cli-plugins"
        if not plugins.exists():
            plugins.mkdir(parents=True)
            with suppress(ProgramMissingError):
                (plugins / "docker-buildx").symlink_to(program("docker-buildx"))
        return plugins.parent


def required() -> bool:
    """Tell whether tests may not be skipped for want of an engine."""
    return os.environ.get("CI") == "true" or os.environ.get("MILEPOST_REQUIRE_ENGINES") == "1"


def why_no_daemon(*, current: bool = False) -> str:
    """Return why this run cannot start a dockerd of its own, or nothing."""
    if os.geteuid() != 0:
        return "docker: to start a dockerd of its own, the test must be root"
    for name in ("docker", "dockerd", "containerd", "ip"):
        if shutil.which(name) is None:
            return f"docker: `{name}` is not installed (Debian: apt install docker.io iproute2)"
    try:
        for name in ("dockerd", "runc", "docker-proxy") if current else ():
            program(name)
    except ProgramMissingError as error:
        return str(error)
    return ""


def shared(name: str, *, current: bool = False) -> Engine:
    """Return the engine of that name which all workers share, starting it when it is not there yet."""
    reason = why_no_daemon(current=current)
    if reason:
        pytest.skip(reason)
    with premises.alone(name):
        daemon = Daemon(name, current)
        if not premises.is_running(name):
            daemon.start()
        return daemon.engine()


def users() -> Engine:
    """Return the engine that `docker` would use on this machine."""
    if shutil.which("docker") is None:
        pytest.skip("docker: not installed")
    asked = ("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    host = os.environ.get("DOCKER_HOST") or subprocess.run(asked, check=False, capture_output=True, text=True).stdout
    if not host.strip() or ping(host.strip()) is None:
        pytest.skip(f"docker: no engine answers at {host.strip() or 'the context that is chosen'}")
    return look(host.strip())


def _found(name: str) -> str:
    """Return where an installed program is."""
    path = shutil.which(name)
    assert path is not None
    return path
