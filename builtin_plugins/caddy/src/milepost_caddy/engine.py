"""A container engine, spoken to by the user's `docker`: over ssh, with contexts and TLS, as that does it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from milepost.sdk import Command, Result, Step
from milepost_caddy.config import EngineConfig

LABEL = "milepost/caddy"
"""What our containers and volumes are labelled with; its value is the container's name."""


class Engine:
    """One engine, seen from one operation."""

    def __init__(self, config: EngineConfig, step: Step) -> None:
        self.image = config.image
        self._config, self._step = config, step

    @property
    def name(self) -> str:
        """What people call it."""
        return self._config.host or self._config.context or "the engine of docker"

    def run(self, *words: str, stdin: bytes | None = None, check: bool = True) -> Result:
        """Run `docker` on the engine, unseen. Raises CommandFailedError with what it said."""
        which = ("--host", self._config.host) if self._config.host else ()
        which = ("--context", self._config.context) if self._config.context else which
        argv = ("docker", *which, *words)
        return self._step.run(Command(argv=argv, env=self._tls(), input=stdin, quiet=True, check=check))

    def _tls(self) -> dict[str, str]:
        """Return what tells `docker` of the certificates for an engine that wants some."""
        if self._config.cert_path is None:
            return {}
        checked = {"DOCKER_TLS_VERIFY": "1"} if self._config.tls_verify else {"DOCKER_TLS": "1"}
        return {"DOCKER_CERT_PATH": self._config.cert_path, **checked}

    def lines(self, *words: str) -> list[str]:
        """Return what `docker` prints, by line."""
        return self.run(*words).stdout.decode(errors="replace").splitlines()

    def container(self, name: str) -> dict[str, Any] | None:
        """Return what `docker container ls` tells of our container of that name; None if there is none."""
        return next((each for each in self.containers(name) if each["Names"] == name), None)

    def containers(self, label: str) -> list[dict[str, Any]]:
        """Return what is told of all containers with our label of that value, also of what a change left."""
        labelled = f"label={LABEL}={label}"
        found = self.lines("container", "ls", "--all", "--no-trunc", "--filter", labelled, "--format", "{{json .}}")
        return [json.loads(line) for line in found]

    def has_volume(self, name: str) -> bool:
        """Return whether our volume of that name is there."""
        return bool(self.lines("volume", "ls", "--quiet", "--filter", f"label={LABEL}={name}"))

    def networks(self) -> frozenset[str]:
        """Return the names of all networks."""
        return frozenset(self.lines("network", "ls", "--format", "{{.Name}}"))

    def machine(self) -> str:
        """Return the host name of the engine's machine as it is reached from here; empty for this one."""
        host = self._config.host
        if host is None:
            which = (self._config.context,) if self._config.context else ()
            host = "".join(self.lines("context", "inspect", *which, "--format", "{{.Endpoints.docker.Host}}")[:1])
        parts = urlsplit(host)
        name = parts.hostname or "" if parts.scheme in {"ssh", "tcp", "http", "https"} else ""
        return self._meant(name) if parts.scheme == "ssh" else name

    def _meant(self, name: str) -> str:
        """Return the host that the user's ssh means by a name."""
        told = self._step.run(Command(argv=("ssh", "-G", name), quiet=True, check=False))
        lines = (line.split() for line in told.stdout.decode(errors="replace").splitlines())
        return next((words[1] for words in lines if words[:1] == ["hostname"] and len(words) > 1), name)
