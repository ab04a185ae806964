"""Where the engine is: found as the Docker CLI finds it, without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol, cast

from milepost.sdk import MilepostError
from milepost_docker.engine import context

SOCKET = "/var/run/docker.sock"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
PLAIN_PORT, TLS_PORT = 2375, 2376
"""Where an engine listens whose address says no port."""
BLOCK = "client_config"


@dataclass(frozen=True, kw_only=True)
class Tls:
    """How to speak TLS with an engine."""

    folder: Path
    """Holds `ca.pem`, `cert.pem` and `key.pem`, or some of them, as DOCKER_CERT_PATH."""
    verify: bool = True

    def file(self, name: str) -> str | None:
        """Return the path of one of the files; None where it is not there."""
        path = self.folder / name
        return str(path) if path.is_file() else None


@dataclass(frozen=True, kw_only=True)
class Address:
    """An engine's address, and how to tell programs and people of it."""

    url: str
    """`unix:///PATH`, `tcp://HOST:PORT` or `ssh://…`; where there is a tunnel, this machine's end of it."""
    origin: str
    """What has chosen it, in words: `client_config`, `DOCKER_HOST`, `the context work`, `the default`."""
    tls: Tls | None = None
    api_version: str | None = None
    far: str | None = None
    """Where the engine really is, when `url` is this machine's end of a tunnel."""
    context: str | None = None
    """The context of the Docker CLI that it was read from, which knows its certificates too."""

    @property
    def scheme(self) -> Literal["unix", "tcp", "ssh"]:
        """How it is spoken to."""
        return cast("Literal['unix', 'tcp', 'ssh']", self.url.partition("://")[0])

    @property
    def local(self) -> bool:
        """Whether the engine is on this machine: what it publishes on loopback is on ours."""
        return not self.far and (self.scheme == "unix" or (self.scheme == "tcp" and self.host_and_port[0] in LOOPBACK))

    @property
    def path(self) -> str:
        """Return the path of its socket."""
        return self.url.removeprefix("unix://")

    @property
    def host_and_port(self) -> tuple[str, int]:
        """Return where a TCP connection goes."""
        host, _, port = self.url.removeprefix("tcp://").rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def name(self) -> str:
        """Return what to call it in a message: its address, and what has chosen it."""
        return f"{self.identity} ({self.origin})"

    @property
    def identity(self) -> str:
        """Return its true address, for a record (`details["engine"]`): the same from run to run."""
        return self.far or self.url

    def environment(self) -> dict[str, str]:
        """Return the variables with which the docker CLI, buildx and pack speak with this very engine.

        An empty one is as good as none for them, and hides the user's own.
        """
        tls = self.tls
        return {
            "DOCKER_HOST": self.url,
            "DOCKER_CONTEXT": "",
            "DOCKER_TLS": "1" if tls else "",
            "DOCKER_TLS_VERIFY": "1" if tls and tls.verify else "",
            "DOCKER_CERT_PATH": str(tls.folder) if tls else "",
            "DOCKER_API_VERSION": self.api_version or "",
        }


class Chosen(Protocol):
    """What a project file says of the engine: `engine.config.ClientConfig`, which checks its address here."""

    @property
    def host(self) -> str | None:
        """The address."""
        ...

    @property
    def context(self) -> str | None:
        """The context's name."""
        ...

    @property
    def cert_path(self) -> str | None:
        """The folder with certificates."""
        ...

    @property
    def tls_verify(self) -> bool:
        """Whether the engine's certificate is checked."""
        ...

    @property
    def api_version(self) -> str | None:
        """The version of the API."""
        ...


def locate(config: Chosen, environment: Mapping[str, str], home: Path) -> Address:
    """Return the engine's address: the block's, else what the Docker CLI would use.

    Raises MilepostError for a context that is not there, or an address that nobody can speak to.
    """
    found = _chosen(config, environment, home)
    version = config.api_version or environment.get("DOCKER_API_VERSION") or None
    return replace(found, api_version=version.removeprefix("v") if version else None)


def _chosen(config: Chosen, environment: Mapping[str, str], home: Path) -> Address:
    """Return the address that comes first in the order of the CLI, the block before it."""
    folder = context.config_folder(environment, home)
    if config.host:
        return of_host(config.host, BLOCK, _tls_of_block(config, environment, home))
    if config.context:
        return _of_context(config.context, f"the context {config.context}", folder, environment)
    if host := environment.get("DOCKER_HOST"):
        return of_host(host, "DOCKER_HOST", _tls_of_block(config, environment, home))
    if name := environment.get("DOCKER_CONTEXT"):
        return _of_context(name, f"the context {name}, by DOCKER_CONTEXT", folder, environment)
    if name := context.current(folder):
        return _of_context(name, f"the context {name}, the current one", folder, environment)
    return _default(environment, home)


def _of_context(name: str, origin: str, folder: Path, environment: Mapping[str, str]) -> Address:
    """Return the address that a context has."""
    if name == context.DEFAULT:
        # The CLI gives DOCKER_HOST no say once a context was named.
        return of_host(f"unix://{SOCKET}", origin, None)
    found = context.read(name, folder)
    tls = Tls(folder=found.tls, verify=not found.skip_verify) if found.tls else None
    return replace(of_host(found.host, origin, tls), context=name)


def context_of(identity: str, environment: Mapping[str, str], home: Path) -> str | None:
    """Return the context whose engine has that address; None where the CLI knows none of it."""
    folder = context.config_folder(environment, home)
    for name in context.names(folder):
        with suppress(MilepostError):  # one that is broken is another's
            if name != context.DEFAULT and _of_context(name, name, folder, environment).identity == identity:
                return name
    return None


def of_host(host: str, origin: str, tls: Tls | None) -> Address:
    """Return an address from what is written: completed, and checked as far as that needs nobody else."""
    scheme, found, rest = host.partition("://")
    if not found:
        # As the CLI reads it: `HOST:PORT` is TCP.
        scheme, rest = ("unix", host) if host.startswith("/") else ("tcp", host)
    if scheme in ("http", "https"):
        scheme = "tcp"
    if scheme not in ("unix", "tcp", "ssh") or not rest.strip("/"):
        message = f"{origin} names the engine {host!r}, which is no address that can be spoken to"
        raise MilepostError(message, hint="write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST")
    if scheme == "unix":
        return Address(url=f"unix://{rest}", origin=origin)
    if scheme == "ssh":
        _check_ssh(rest, origin)
        return Address(url=f"ssh://{rest}", origin=origin)
    return Address(url=f"tcp://{_with_port(rest, origin, secure=tls is not None)}", origin=origin, tls=tls)


def _check_ssh(rest: str, origin: str) -> None:
    """Raise for an address that ssh could not take, or would take for an option."""
    authority = rest.partition("/")[0].rpartition("@")[2]
    host, colon, port = authority.rpartition(":") if not authority.endswith("]") else (authority, "", "")
    if not colon:
        host = authority
    if not host or host.startswith("-") or (colon and not port.isdecimal()):
        message = f"{origin} names the engine ssh://{rest}, whose host or port is none"
        raise MilepostError(message, hint="write ssh://USER@HOST or ssh://USER@HOST:PORT")


def _with_port(rest: str, origin: str, *, secure: bool) -> str:
    """Return host and port of a TCP address, with the port that is meant where none is written."""
    authority = rest.partition("/")[0]
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        return f"{authority}:{TLS_PORT if secure else PLAIN_PORT}"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise MilepostError(f"{origin} names the engine tcp://{rest}, whose port {port!r} is none", hint="1 to 65535")
    return f"{host or 'localhost'}:{port}"


def _tls_of_block(config: Chosen, environment: Mapping[str, str], home: Path) -> Tls | None:
    """Return how TLS is to be spoken: the block's folder, else as the CLI's variables say."""
    if config.cert_path:
        return Tls(folder=Path(config.cert_path).expanduser(), verify=config.tls_verify)
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    if not verify and not environment.get("DOCKER_TLS"):
        return None
    folder = environment.get("DOCKER_CERT_PATH") or context.config_folder(environment, home)
    return Tls(folder=Path(folder), verify=verify and config.tls_verify)


def sockets(environment: Mapping[str, str], home: Path) -> tuple[tuple[Path, str], ...]:
    """Return where an engine of this machine may listen, in order, each with what to call the place."""
    runtime = environment.get("XDG_RUNTIME_DIR")
    rootless = ((Path(runtime) / "docker.sock", "the rootless engine's socket"),) if runtime else ()
    desktop = ((home / ".docker" / place / "docker.sock", "Docker Desktop's socket") for place in ("desktop", "run"))
    return ((Path(SOCKET), "the default"), *rootless, *desktop)


def _default(environment: Mapping[str, str], home: Path) -> Address:
    """Return the first socket that is there; the usual one where none is."""
    places = sockets(environment, home)
    path, origin = next((each for each in places if each[0].exists()), places[0])
    return Address(url=f"unix://{path}", origin=origin)
