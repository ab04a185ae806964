"""Copies of images from registry to registry: never unpacked, never on disk here, byte for byte what they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException

from milepost.sdk import ArtifactGoneError, Step
from milepost_docker.engine.progress import sized
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.manifest import Blob, Manifest
from milepost_docker.registry.trouble import OtherSideError, garbage
from milepost_docker.registry.uploading import Uploads

_TELL_EVERY = 64 << 20
"""Bytes of a layer after which it is told how far it is."""
_ELSEWHERE = ("foreign", "nondistributable")
"""In the kind of a layer: it is not kept by registries, and has addresses of its own."""


@dataclass(frozen=True)
class Side:
    """A repository of a registry."""

    registry: RegistryClient
    repository: str

    @property
    def name(self) -> str:
        """Return it as people write it."""
        return f"{self.registry.server}/{self.repository}"


def copy(source: Side, target: Side, digest: str, tags: tuple[str, ...], step: Step) -> Manifest:
    """Have the target keep an image of the source under its digest and the tags; what it has already is not sent.

    Raises ArtifactGoneError when the source has not all of it any more, OperationError.
    """
    return _Copy(source, target, step).image(digest, tags)


class _Copy:
    """One copy, and what of it is done."""

    def __init__(self, source: Side, target: Side, step: Step) -> None:
        self._source, self._target, self._step = source, target, step
        self._uploads = Uploads(target.registry, target.repository)

    def image(self, digest: str, tags: tuple[str, ...]) -> Manifest:
        """Copy an image or a list of them, then put the tags on it."""
        top = self._whole(digest)
        registry, repository = self._target.registry, self._target.repository
        for each in tags:
            # A registry may refuse to write a tag again, be it the same.
            if (there := registry.find(repository, each)) is None or there.digest != digest:
                registry.put_manifest(repository, each, top)
        kept = registry.find(repository, digest)
        if kept is None or kept.digest != digest:
            raise garbage(registry.server, "copy", f"it was given {digest} and has not got it")
        return top

    def _whole(self, digest: str) -> Manifest:
        """Copy a manifest and all below it, what it names first."""
        manifest = self._source.registry.manifest(self._source.repository, digest)
        if manifest is None:
            raise self._gone(digest, digest)
        if self._target.registry.find(self._target.repository, digest) is not None:
            return manifest
        for child in manifest.children:
            self._whole(child.digest)
        for blob in dict.fromkeys((*filter(None, [manifest.config]), *manifest.layers)):
            self._blob(blob, digest)
        self._target.registry.put_manifest(self._target.repository, digest, manifest)
        return manifest

    def _blob(self, blob: Blob, image: str) -> None:
        """Copy one layer or config, by the cheapest way there is."""
        if blob.urls and any(each in blob.media_type for each in _ELSEWHERE):
            return
        name = f"{blob.digest[7:19]} ({sized(blob.size)})"
        if self._target.registry.has_blob(self._target.repository, blob):
            self._step.output(f"{name}: is there\n")
        elif self._is_one_registry() and self._uploads.take_over(blob, self._source.repository):
            self._step.output(f"{name}: taken over from {self._source.repository}\n")
        else:
            self._target.registry.persistently(lambda: self._send(blob, image))
            self._step.output(f"{name}: copied\n")

    def _send(self, blob: Blob, image: str) -> None:
        """Send the bytes on as they come from the source."""
        with self._source.registry.reading(self._source.repository, blob) as pieces:
            if pieces is None:
                raise self._gone(image, blob.digest)
            self._uploads.send(blob, self._watched(pieces, blob))

    def _watched(self, pieces: Iterator[bytes], blob: Blob) -> Iterator[bytes]:
        """Yield the bytes, told of now and then. Raises OtherSideError for what breaks on the source's side."""
        seen, hashed, told = 0, hashlib.sha256(), _TELL_EVERY
        for piece in self._of_source(pieces):
            self._step.check()
            hashed.update(piece)
            seen += len(piece)
            if seen >= told:
                told += _TELL_EVERY
                self._step.output(f"{blob.digest[7:19]}: {sized(seen)} of {sized(blob.size)}\n")
            if seen > blob.size:
                break
            yield piece
        if (seen, f"sha256:{hashed.hexdigest()}") != (blob.size, blob.digest):
            raise garbage(self._source.registry.server, "layer", f"its bytes are not those of {blob.digest}")

    def _of_source(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from pieces
        except (OSError, HTTPException) as error:
            raise OtherSideError(self._source.registry.server, error) from error

    def _is_one_registry(self) -> bool:
        return self._source.registry.server == self._target.registry.server

    def _gone(self, image: str, missing: str) -> ArtifactGoneError:
        error = ArtifactGoneError(f"{self._source.name}@{image}", f"the registry has no {missing} any more")
        error.hint = "milepost up, to build it again"
        return error
