"""What the host is told of the builder before it runs, and the way to the class that does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.sdk import CONTAINER_IMAGE, BuilderOffer
from milepost_buildpacks.config import BuildpacksConfig

if TYPE_CHECKING:
    from milepost_buildpacks.builder import BuildpacksBuilder


def builder() -> BuilderOffer:
    """Return the offer of `buildpacks`."""
    return BuilderOffer(config=BuildpacksConfig, produces=_image, load=_load, wants_targets=_wants_targets)


def _image(config: object) -> str:
    """Return what it makes."""
    return CONTAINER_IMAGE


def _wants_targets(config: BuildpacksConfig) -> bool:
    """Return whether the app's platform is to be asked what it runs: where the file does not say."""
    return config.platform is None


def _load() -> type[BuildpacksBuilder]:
    from milepost_buildpacks.builder import BuildpacksBuilder  # noqa: PLC0415  an offer is made without it

    return BuildpacksBuilder
