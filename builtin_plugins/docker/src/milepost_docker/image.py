"""Container images as artifacts: their details, the reference that a platform runs, their annotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from milepost.sdk import Artifact, Step
from milepost_docker.reference import Reference


@dataclass(frozen=True, kw_only=True)
class Image:
    """What is known of an image; `artifact()` makes it what the history keeps."""

    reference: Reference
    """Its name and its tag for people."""
    digest: str
    """Of its manifest (or list of manifests) in a registry; on an engine alone, its id there."""
    location: Literal["registry", "engine"]
    platforms: tuple[str, ...] = ()
    """Such as `linux/amd64`, `linux/arm/v7`."""
    size: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    engine: str | None = None
    """Which engine has it: `Address.identity`."""
    sources: tuple[str, ...] = ()

    def artifact(self) -> Artifact:
        """Return it as an artifact: by digest where a registry has it, else provisional, by tag."""
        raise NotImplementedError


def image_of(artifact: Artifact) -> Image:
    """Return what an artifact says, also one of another plugin. Raises MilepostError where it is no image."""
    raise NotImplementedError


def inspected(reference: Reference, answer: Mapping[str, Any], engine: str) -> Image:
    """Return an image as an engine's `inspect` describes it, which nobody else has yet."""
    raise NotImplementedError


def published(image: Image, digest: str, platforms: tuple[str, ...] = ()) -> Image:
    """Return the image as a registry has it now, under the digest it answered."""
    raise NotImplementedError


def runnable(artifact: Artifact) -> str:
    """Return what an engine is asked to run: by digest where it was pushed, by the engine's own id where not."""
    raise NotImplementedError


def annotations(step: Step) -> dict[str, str]:
    """Return the OCI labels of what is built now: revision, source, version, created, as far as they are known.

    `created` is SOURCE_DATE_EPOCH where that is set and left out otherwise: the same source gives the same image.
    """
    raise NotImplementedError
