"""An ssh server for tests, on loopback: for engines that are reached as `ssh://HOST`."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engines import premises
from tests.engines.docker import Engine

ALIAS = "engine.test"
"""How the client's config calls the server."""
LOOK_AGAIN = 0.02
PATIENCE = 30.0
SERVER = """
ListenAddress 127.0.0.1
Port %(port)s
HostKey %(folder)s/host_key
AuthorizedKeysFile %(folder)s/authorized
PidFile none
# The folder stands below one that everybody may write to.
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
SetEnv DOCKER_HOST=%(host)s PATH=%(path)s
"""
CLIENT = """
Host %(alias)s
    HostName 127.0.0.1
    Port %(port)s
    User %(user)s
    IdentityFile %(folder)s/user_key
    IdentitiesOnly yes
    UserKnownHostsFile %(folder)s/known_hosts
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    BatchMode yes
"""


@dataclass(frozen=True)
class SshServer:
    """A server that runs, and what a client needs to come in."""

    name: str
    folder: Path
    port: int
    environment: Mapping[str, str] = field(repr=False)
    """For programs that are to come in: an `ssh` first in PATH that reads the config of this server alone."""

    @property
    def host(self) -> str:
        """Where the engine is: `ssh://engine.test`."""
        return f"ssh://{ALIAS}"

    @property
    def config(self) -> Path:
        """The client's config file."""
        return self.folder / "config"

    def forget_host_key(self) -> None:
        """Let the client know this server's key no more."""
        (self.folder / "known_hosts").write_text("")

    def start(self) -> None:
        """Start it and wait until it listens."""
        # It wants to be called by its whole path: it starts itself anew for each client.
        argv = (_sshd(), "-D", "-e", "-f", str(self.folder / "sshd_config"))
        premises.launch(self.name, argv, self.folder / "log")
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            if not premises.is_running(self.name) or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(LOOK_AGAIN)

    def stop(self) -> None:
        """End it; who is inside stays connected."""
        premises.end(self.name)

    def _listens(self) -> bool:
        """Return whether somebody takes connections at its port."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False


def make_ssh_server(name: str, engine: Engine) -> SshServer:
    """Return a new ssh server that runs, behind which programs find that engine."""
    for needed in ("ssh", "ssh-keygen"):
        if shutil.which(needed) is None:
            pytest.skip("ssh: not installed (Debian: apt install openssh-client)")
    if not _sshd() or os.geteuid() != 0:
        pytest.skip("ssh: no server is installed, or this is not root (Debian: apt install openssh-server)")
    # It refuses to start without the folder that its package makes at boot.
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    folder = premises.premises() / name
    folder.mkdir()
    for key in ("host_key", "user_key"):
        argv = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / key))
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    made = SshServer(name, folder, premises.free_port(), _environment(folder))
    _write(made, engine)
    made.start()
    return made


def _write(server: SshServer, engine: Engine) -> None:
    """Write the files of server and client."""
    folder = server.folder
    facts = {"folder": folder, "port": server.port, "alias": ALIAS, "user": getpass.getuser(), "host": engine.host}
    facts["path"] = os.environ.get("PATH", os.defpath)
    shutil.copyfile(folder / "user_key.pub", folder / "authorized")
    key = (folder / "host_key.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {key}")
    (folder / "sshd_config").write_text(SERVER % facts)
    (folder / "config").write_text(CLIENT % facts)


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment whose `ssh` reads the config in that folder: its own does not go by HOME."""
    real = shutil.which("ssh")
    program = folder / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {real} -F {folder}/config "$@"\n')
    program.chmod(0o755)
    environment = dict(os.environ)
    environment.pop("SSH_AUTH_SOCK", None)
    return environment | {"PATH": f"{program.parent}{os.pathsep}{environment.get('PATH', os.defpath)}"}


def _sshd() -> str:
    """Return where the server's program is; nothing where it is not."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
