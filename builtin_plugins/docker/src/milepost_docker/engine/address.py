"""Where the engine is: found as the Docker CLI finds it, without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from milepost_docker.engine.config import ClientConfig


@dataclass(frozen=True, kw_only=True)
class Tls:
    """How to speak TLS with an engine; a file that is not there is None."""

    folder: Path
    """Holds `ca.pem`, `cert.pem` and `key.pem`, as DOCKER_CERT_PATH."""
    verify: bool = True
    server_name: str | None = None


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

    @property
    def scheme(self) -> Literal["unix", "tcp", "ssh"]:
        """How it is spoken to."""
        raise NotImplementedError

    @property
    def local(self) -> bool:
        """Whether the engine is on this machine: its ports are on our loopback, its networks reachable."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Return what to call it in a message: its address, and what has chosen it."""
        raise NotImplementedError

    @property
    def identity(self) -> str:
        """Return its true address, for a record (`details["engine"]`): the same from run to run."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Return the variables with which the docker CLI, buildx and pack speak with this very engine."""
        raise NotImplementedError


def locate(config: ClientConfig, environment: Mapping[str, str], home: Path) -> Address:
    """Return the engine's address: the block's, else what the Docker CLI would use.

    Raises MilepostError for a context that is not there, or an address that nobody can speak to.
    """
    raise NotImplementedError
