"""Registries of images for tests, on loopback: an open one, and one with TLS and a password."""

from __future__ import annotations

import http.client
import shutil
import ssl
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engines import premises

USER, PASSWORD = "milepost", "open-sesame"
HASHED = "$2y$04$ue0hF0KzMo1cB8u1JkAi1eBU4nyY9mGkWH9S2EvOXpSf.Lbzz/BW."
"""The password as the registry keeps it: bcrypt, which Python's own library cannot make."""
LOOK_AGAIN = 0.02
PATIENCE = 30.0
SETTINGS = """
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: "%(folder)s/data"}
  delete: {enabled: true}
http:
  addr: "127.0.0.1:%(port)s"
"""
GUARDED = """
  tls: {certificate: "%(folder)s/server.crt", key: "%(folder)s/server.key"}
auth:
  htpasswd: {realm: images, path: "%(folder)s/htpasswd"}
"""


@dataclass(frozen=True)
class Registry:
    """A registry that runs, or can be started again on the same port with the same images."""

    name: str
    folder: Path
    port: int
    user: str = ""
    password: str = ""
    ca: Path | None = None
    """The certificate of who signed its own, where it speaks TLS; engines do not look at it on loopback."""

    @property
    def host(self) -> str:
        """The name that images in it begin with."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"{'https' if self.ca else 'http'}://{self.host}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        argv = ("docker-registry", "serve", str(self.folder / "config.yml"))
        premises.launch(self.name, argv, self.folder / "log")
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if not premises.is_running(self.name) or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(LOOK_AGAIN)

    def kill(self) -> None:
        """End it as a crash does."""
        premises.end(self.name, 9)

    def _answers(self) -> bool:
        """Return whether it can be used."""
        trust = ssl.create_default_context(cafile=str(self.ca)) if self.ca else None
        line = (
            http.client.HTTPSConnection(self.host, timeout=10, context=trust)
            if trust
            else http.client.HTTPConnection(self.host, timeout=10)
        )
        with suppress(OSError, http.client.HTTPException), closing(line):
            line.request("GET", "/v2/")
            return line.getresponse().status in {200, 401}
        return False


def make_registry(name: str, *, guarded: bool = False) -> Registry:
    """Return a new registry that runs; a guarded one speaks TLS and wants USER and PASSWORD."""
    for needed in ("docker-registry", *(("openssl",) if guarded else ())):
        if shutil.which(needed) is None:
            pytest.skip(f"registry: `{needed}` is not installed (Debian: apt install docker-registry openssl)")
    folder = premises.premises() / name
    folder.mkdir()
    registry = Registry(name, folder, premises.free_port())
    if guarded:
        (folder / "htpasswd").write_text(f"{USER}:{HASHED}\n")
        registry = Registry(name, folder, registry.port, USER, PASSWORD, _certificates(folder))
    settings = SETTINGS + (GUARDED if guarded else "")
    (folder / "config.yml").write_text(settings % {"folder": folder, "port": registry.port})
    registry.start()
    return registry


def _certificates(folder: Path) -> Path:
    """Make a certificate for loopback, signed by an authority of its own, and return that one's."""
    # Python 3.13 and later take no certificate that does not say by which key it was signed, and what it is for.
    (folder / "names").write_text(
        "subjectAltName=IP:127.0.0.1,DNS:localhost\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
        "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
    )
    use = ("-addext", "keyUsage=critical,keyCertSign")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    signing = ("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key")
    for argv in (
        ("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=authority of a test", *use),
        ("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1"),
        (*signing, "-CAcreateserial", "-extfile", "names", "-out", "server.crt"),
    ):
        subprocess.run(("openssl", *argv), cwd=folder, check=True, capture_output=True)
    return folder / "ca.crt"
