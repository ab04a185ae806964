"""What registries keep of an image besides its bytes: manifests, lists of them, and what is read from either."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
ACCEPTED = (OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST)
UNKNOWN_PLATFORM = "unknown/unknown"
"""What BuildKit gives its attestations as a platform: they are no image."""


@dataclass(frozen=True)
class Blob:
    """Bytes that a manifest names: a layer, a config, another manifest."""

    digest: str
    size: int
    media_type: str
    urls: tuple[str, ...] = ()
    """Where they are when the registry does not keep them."""


@dataclass(frozen=True)
class Manifest:
    """A manifest or a list of manifests, byte for byte as its registry gave it."""

    raw: bytes
    media_type: str

    @cached_property
    def digest(self) -> str:
        """The digest of its bytes."""
        return digest_of(self.raw)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """What it says. Raises ValueError when that is no manifest of a kind that is still in use."""
        document = json.loads(self.raw)
        if not isinstance(document, dict) or document.get("schemaVersion") != 2:
            raise ValueError("it is no manifest of schema 2")
        return document

    def check(self) -> None:
        """Raises ValueError when these bytes are no manifest that can be used."""
        try:
            _ = (self.document, self.children, self.config, self.layers)
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error

    @property
    def is_list(self) -> bool:
        """Whether it names manifests instead of layers."""
        return "manifests" in self.document

    @property
    def children(self) -> tuple[Blob, ...]:
        """The manifests that a list names, attestations too."""
        return tuple(_blob(each) for each in self.document.get("manifests", ()))

    @property
    def config(self) -> Blob | None:
        """Where the image's config is; None for a list."""
        return _blob(self.document["config"]) if "config" in self.document else None

    @property
    def layers(self) -> tuple[Blob, ...]:
        """The layers of one image."""
        return tuple(_blob(each) for each in self.document.get("layers", ()))

    @property
    def images(self) -> tuple[tuple[str, Blob], ...]:
        """The images that a list names, each with its platform, such as `linux/arm64/v8`."""
        named = ((_platform(each.get("platform")), _blob(each)) for each in self.document.get("manifests", ()))
        return tuple((platform, blob) for platform, blob in named if platform != UNKNOWN_PLATFORM)


@dataclass(frozen=True)
class Found:
    """What a registry says of a manifest without handing it out."""

    digest: str
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """What a reference stands for at this moment."""

    digest: str
    """Of the manifest, or of the list."""
    media_type: str
    platforms: tuple[str, ...]
    """Such as `linux/amd64`, in the order of the list."""
    size: int
    """Bytes of the layers of the first image, packed, as they travel."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels of the first image."""


def digest_of(data: bytes) -> str:
    """Return the digest of bytes, as registries write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def described(config: bytes) -> tuple[str, dict[str, str]]:
    """Return the platform and the labels that an image's config tells. Raises ValueError when it is no config."""
    document = json.loads(config)
    if not isinstance(document, dict):
        raise ValueError("it is no image's config")
    inner = document.get("config") or {}
    return _platform(document), dict(inner.get("Labels") or {})


def _platform(document: Mapping[str, Any] | None) -> str:
    """Return a platform as one word; without any, what docker assumes is not known here."""
    document = document or {}
    words = (document.get("os") or "unknown", document.get("architecture") or "unknown", document.get("variant"))
    return "/".join(filter(None, words))


def _blob(document: Mapping[str, Any]) -> Blob:
    """Return what a descriptor says. Raises KeyError when it is none."""
    return Blob(
        str(document["digest"]),
        int(document["size"]),
        str(document.get("mediaType", "")),
        tuple(document.get("urls") or ()),
    )
