"""Logins, and images made by a registry's API alone."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from milepost.sdk import Artifact, Secret, Step
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost_docker.credentials import Login
from milepost_docker.image import Image
from milepost_docker.reference import parse
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.manifest import OCI_INDEX, OCI_MANIFEST, Blob, Manifest, digest_of
from milepost_docker.registry.uploading import Uploads
from tests.engines.registries import Registry

CANARY = "c4nary-in-the-password"
LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"


def somebody(host: str, password: str = CANARY, username: str = "anna") -> Login:
    return Login(server=host, username=username, password=Secret([Part(password)]))


def nobody(host: str) -> Login:
    return Login(server=host)


@dataclass(frozen=True)
class Laid:
    """Images in a repository of a registry, made there by its API."""

    registry: RegistryClient
    repository: str

    def image(
        self, text: str, architecture: str = "amd64", *, tag: str = "", labels: Mapping[str, str] | None = None
    ) -> Manifest:
        """Put an image there whose one layer has a file with that text."""
        layer = self.blob(layer_of(text), LAYER)
        inner = {"Labels": dict(labels or {}), "Cmd": ["/bin/true"]}
        diffs = {"type": "layers", "diff_ids": [layer.digest]}
        config = {"architecture": architecture, "os": "linux", "config": inner, "rootfs": diffs}
        head = self.blob(json.dumps(config).encode(), CONFIG)
        document = {"mediaType": OCI_MANIFEST, "config": described(head), "layers": [described(layer)]}
        return self.put(document, OCI_MANIFEST, tag)

    def list(self, entries: Sequence[tuple[Manifest, str]], *, tag: str = "") -> Manifest:
        """Put a list of images there, each with its platform."""
        manifests = []
        for each, platform in entries:
            system, architecture = platform.split("/")
            blob = Blob(each.digest, len(each.raw), each.media_type)
            manifests.append({**described(blob), "platform": {"os": system, "architecture": architecture}})
        return self.put({"mediaType": OCI_INDEX, "manifests": manifests}, OCI_INDEX, tag)

    def blob(self, data: bytes, kind: str) -> Blob:
        blob = Blob(digest_of(data), len(data), kind)
        Uploads(self.registry, self.repository).send(blob, [data])
        return blob

    def put(self, document: dict[str, Any], kind: str, tag: str) -> Manifest:
        # Blanks that no program would write: what is copied must keep them.
        manifest = Manifest(json.dumps({"schemaVersion": 2, **document}, indent=7).encode() + b"\n \n", kind)
        self.registry.put_manifest(self.repository, tag or manifest.digest, manifest)
        return manifest


def layer_of(text: str) -> bytes:
    """Return a layer with one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        file = tarfile.TarInfo("text")
        file.size = len(text.encode())
        tar.addfile(file, io.BytesIO(text.encode()))
    return packed.getvalue()


def described(blob: Blob) -> dict[str, Any]:
    return {"mediaType": blob.media_type, "digest": blob.digest, "size": blob.size}


def sha(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@contextmanager
def laid(login: Login, repository: str, step: Step) -> Iterator[Laid]:
    """Give a repository to lay images in."""
    with RegistryClient(login, step) as registry:
        yield Laid(registry, repository)


def foreign_certificate(folder: Path, name: str) -> None:
    """Write the certificate of an authority that has signed nothing here."""
    words = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key")
    subprocess.run(("openssl", *words, "-out", name, "-subj", "/CN=x"), cwd=folder, check=True, capture_output=True)


def of_registry(host: str, repository: str, digest: str, tag: str | None = None) -> Artifact:
    """Return an image that a registry has, as a builder would tell of it."""
    reference = replace(parse(f"{host}/{repository}"), tag=tag)
    return Image(reference=reference, digest=digest, location="registry", platforms=("linux/amd64",)).artifact()


def laid_image(registry: Registry, repository: str, bench: Bench, tag: str = "", text: str = "a") -> str:
    """Return the digest of an image that was put there."""
    with RegistryClient(nobody(registry.host), bench.step("build")) as client:
        return Laid(client, repository).image(text, tag=tag).digest
