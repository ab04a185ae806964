"""Which certificates of registries are believed: the system's, a file's, or any."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from milepost.sdk import OperationError
from milepost_docker.registry.proxy import is_loopback


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What makes a connection one with the registry that was meant."""

    insecure: bool = False
    """Nothing does: TLS is not checked, or not there at all."""
    ca: Path | None = None
    """A file of certificates that are believed beside the system's."""
    home: Path | None = None
    """Of the user: where a rootless engine's certificates are."""

    def is_lax(self, host: str) -> bool:
        """Return whether a server may speak without TLS, or with any certificate: on this machine as engines do."""
        return self.insecure or (self.ca is None and is_loopback(host))

    def context(self, host: str, port: int) -> ssl.SSLContext:
        """Return what checks the certificates of a server. Raises OperationError when a file of them is none."""
        if self.is_lax(host):
            return _unchecked()
        context = ssl.create_default_context()
        for each in self._files(host, port):
            try:
                context.load_verify_locations(each)
            except (OSError, ssl.SSLError) as error:
                hint = "give `ca` a file with certificates in PEM form (-----BEGIN CERTIFICATE-----)"
                raise OperationError(f"the certificates in {each} cannot be read: {error}", hint=hint) from error
        return context

    def _files(self, host: str, port: int) -> list[Path]:
        """Return the files with certificates for a server: ours, and those that the engine on this machine has."""
        folders = [Path("/etc/docker/certs.d")]
        if self.home is not None:
            folders.append(self.home / ".config/docker/certs.d")
        names = (f"{host}:{port}", host) if port == 443 else (f"{host}:{port}",)
        engines = [file for folder in folders for name in names for file in sorted((folder / name).glob("*.crt"))]
        return [*([self.ca] if self.ca else []), *engines]


def _unchecked() -> ssl.SSLContext:
    """Return what believes everybody: `insecure` asks for it by name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
