"""Container images as artifacts: their details, and the reference that a platform runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from milepost.sdk import CONTAINER_IMAGE, Artifact, MilepostError
from milepost_docker.reference import Reference, parse

Location = Literal["registry", "engine"]


@dataclass(frozen=True, kw_only=True)
class Image:
    """What is known of an image; `artifact()` makes it what the history keeps."""

    reference: Reference
    """Its name and its tag for people."""
    digest: str
    """Of its manifest (or list of manifests) in a registry; on an engine alone, its id there."""
    location: Location
    platforms: tuple[str, ...] = ()
    """Such as `linux/amd64`, `linux/arm/v7`; one for each of a list."""
    size: int | None = None
    """In bytes, as whoever has it counts."""
    labels: Mapping[str, str] = field(default_factory=dict)
    engine: str | None = None
    """Which engine has it: `Address.identity`."""
    sources: tuple[str, ...] = ()
    """What its builder says it was made of."""

    def artifact(self) -> Artifact:
        """Return it as an artifact: by digest where a registry has it, else provisional, by tag."""
        by_digest = self.location == "registry"
        reference = self.reference.pinned(self.digest) if by_digest else replace(self.reference, digest=None)
        known: dict[str, Any] = {
            "size": self.size,
            "labels": dict(self.labels),
            "engine": self.engine,
            "sources": list(self.sources),
        }
        details = {
            "image": self.reference.familiar_name,
            "tag": self.reference.tag or "",
            "platforms": list(self.platforms),
            "architecture": architecture(self.platforms),
            "location": self.location,
            **{name: value for name, value in known.items() if value},
        }
        return Artifact(
            kind=CONTAINER_IMAGE,
            reference=reference.familiar,
            digest=self.digest,
            details=details,
            provisional=not by_digest,
        )


def image_of(artifact: Artifact) -> Image:
    """Return what an artifact says, also one of another plugin. Raises MilepostError where it is no image."""
    if artifact.kind != CONTAINER_IMAGE:
        message = f"{artifact.reference} is no container image but {artifact.kind}"
        raise MilepostError(message, hint=f"a builder that makes {CONTAINER_IMAGE}, such as `docker`")
    details = artifact.details
    reference = parse(artifact.reference)
    return Image(
        reference=replace(reference, tag=reference.tag or details.get("tag") or None, digest=None),
        digest=artifact.digest,
        location=cast("Location", details.get("location") or ("engine" if artifact.provisional else "registry")),
        platforms=tuple(details.get("platforms") or ()),
        size=details.get("size"),
        labels=details.get("labels") or {},
        engine=details.get("engine"),
        sources=tuple(details.get("sources") or ()),
    )


def inspected(reference: Reference, answer: Mapping[str, Any], engine: str) -> Image:
    """Return an image as an engine's `inspect` describes it, which nobody else has yet."""
    return Image(
        reference=reference,
        digest=str(answer["Id"]),
        location="engine",
        platforms=(platform_of(answer),),
        size=answer.get("Size"),
        labels=(answer.get("Config") or {}).get("Labels") or {},
        engine=engine,
    )


def published(image: Image, digest: str, platforms: tuple[str, ...] = ()) -> Image:
    """Return the image as a registry has it now, under the digest it answered."""
    return replace(image, digest=digest, location="registry", engine=None, platforms=platforms or image.platforms)


def runnable(artifact: Artifact) -> str:
    """Return what an engine is asked to run: by digest where it was pushed, by the engine's own id where not."""
    image = image_of(artifact)
    return image.reference.pinned(image.digest).familiar if image.location == "registry" else image.digest


def platform_of(document: Mapping[str, Any]) -> str:
    """Return the platform that an engine's answer, an image's config or a manifest's `platform` tells."""
    names = {name.lower(): value for name, value in document.items()}
    parts = (names.get("os") or "linux", names.get("architecture") or "unknown", names.get("variant"))
    return "/".join(str(part) for part in parts if part)


def architecture(platforms: tuple[str, ...]) -> str:
    """Return the architecture of the first platform: `arm64`, `arm/v7`; nothing where none is known."""
    return platforms[0].partition("/")[2] if platforms else ""
