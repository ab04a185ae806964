"""What the host is told of each role before it runs, and the way to the class that does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.sdk import CONTAINER_IMAGE, HTTP_ENDPOINT, BuilderOffer, DefaultReleaser, PlatformOffer, RegistryOffer
from milepost_docker.builder.config import DockerBuildConfig, PullConfig, RefConfig
from milepost_docker.platform.config import DockerConfig, DockerState
from milepost_docker.registry.config import DockerRegistryConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from milepost_docker.builder.builder import DockerBuilder
    from milepost_docker.builder.pulled import PullBuilder
    from milepost_docker.builder.referenced import RefBuilder
    from milepost_docker.platform.platform import DockerPlatform
    from milepost_docker.registry.local import LocalTags
    from milepost_docker.registry.registry import DockerRegistry


def builder(word: str) -> BuilderOffer | None:
    """Return the offer of the builder with that word; None for another's word."""
    offers = {
        "docker": BuilderOffer(config=DockerBuildConfig, produces=_image, load=_load_builder),
        "docker-pull": BuilderOffer(config=PullConfig, produces=_image, load=_load_pull),
        "docker-ref": BuilderOffer(config=RefConfig, produces=_image, load=_load_ref),
    }
    return offers.get(word)


def registry() -> RegistryOffer:
    """Return the offer of the registry `docker`."""
    return RegistryOffer(config=DockerRegistryConfig, accepts=(CONTAINER_IMAGE,), load=_load_registry)


def platform() -> PlatformOffer:
    """Return the offer of the platform `docker`."""
    return PlatformOffer(
        config=DockerConfig,
        state=DockerState,
        accepts=(CONTAINER_IMAGE,),
        exposes=_exposes,
        load=_load_platform,
        parks=True,
        files=True,
        default_releaser=DefaultReleaser(word="caddy"),
    )


def _image(config: object) -> str:
    """Return what every builder here makes."""
    return CONTAINER_IMAGE


def _exposes(config: DockerConfig) -> tuple[str, ...]:
    """Return the ways in that a deployment with this config has."""
    return () if config.worker else (HTTP_ENDPOINT,)


def _load_builder() -> type[DockerBuilder]:
    from milepost_docker.builder.builder import DockerBuilder  # noqa: PLC0415  an offer is made without the SDK

    return DockerBuilder


def _load_pull() -> type[PullBuilder]:
    from milepost_docker.builder.pulled import PullBuilder  # noqa: PLC0415  an offer is made without the SDK

    return PullBuilder


def _load_ref() -> type[RefBuilder]:
    from milepost_docker.builder.referenced import RefBuilder  # noqa: PLC0415  an offer is made without the SDK

    return RefBuilder


def _load_registry() -> Callable[[DockerRegistryConfig], DockerRegistry | LocalTags]:
    from milepost_docker.registry.local import registry_for  # noqa: PLC0415  an offer is made without the SDK

    return registry_for


def _load_platform() -> type[DockerPlatform]:
    from milepost_docker.platform.platform import DockerPlatform  # noqa: PLC0415  an offer is made without the SDK

    return DockerPlatform
