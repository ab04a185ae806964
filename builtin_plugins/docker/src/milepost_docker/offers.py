"""What the host is told of each role before it runs, and the way to the class that does the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from milepost.sdk import CONTAINER_IMAGE, HTTP_ENDPOINT, BuilderOffer, DefaultReleaser, PlatformOffer, RegistryOffer
from milepost_docker.platform.config import DockerConfig, DockerState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from milepost_docker.builder.builder import DockerBuilder
    from milepost_docker.builder.pulled import PullBuilder
    from milepost_docker.builder.referenced import RefBuilder
    from milepost_docker.engine.address import Address
    from milepost_docker.platform.platform import DockerPlatform
    from milepost_docker.registry.config import DockerRegistryConfig
    from milepost_docker.registry.local import LocalTags
    from milepost_docker.registry.registry import DockerRegistry


def builder(word: str) -> BuilderOffer | None:
    """Return the offer of the builder with that word; None for another's word."""
    from milepost_docker.builder import config  # noqa: PLC0415  for the platform, which is asked for most, it is nothing

    offers = {
        "docker": BuilderOffer(
            config=config.DockerBuildConfig,
            produces=_image,
            load=_load_builder,
            wants_targets=lambda asked: not asked.wanted,
        ),
        "docker-pull": BuilderOffer(
            config=config.PullConfig, produces=_image, load=_load_pull, wants_targets=lambda asked: not asked.platform
        ),
        "docker-ref": BuilderOffer(config=config.RefConfig, produces=_image, load=_load_ref, wants_targets=True),
    }
    return offers.get(word)


def registry() -> RegistryOffer:
    """Return the offer of the registry `docker`."""
    from milepost_docker.registry.config import DockerRegistryConfig  # noqa: PLC0415  as above

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
        one_machine=_is_local,
        default_releaser=_releaser,
        settled=_settled,
    )


def _image(config: object) -> str:
    """Return what every builder here makes."""
    return CONTAINER_IMAGE


def _exposes(config: DockerConfig) -> tuple[str, ...]:
    """Return the ways in that a deployment with this config has."""
    return () if config.worker else (HTTP_ENDPOINT,)


def _is_local(config: DockerConfig, environment: Mapping[str, str]) -> bool:
    """Return whether the engine is this machine's own, which nobody elsewhere reaches."""
    return _address(config, environment).local


def _address(config: DockerConfig, environment: Mapping[str, str]) -> Address:
    """Return where the engine is."""
    from milepost_docker.engine.address import locate  # noqa: PLC0415  most offers are made for their config class

    return locate(config.client_config, environment, Path(environment.get("HOME", "/")))


def _releaser(config: DockerConfig, environment: Mapping[str, str]) -> DefaultReleaser | None:
    """Return Caddy, beside the containers where they are on another machine; none where a proxy reads their labels.

    The engine is named, whatever has chosen it: a release is found again where the environment says another one.
    """
    if config.proxy is not None:
        return None
    address = _address(config, environment)
    if address.local:
        return DefaultReleaser(word="caddy")
    named = {"context": address.context} if address.context else {"host": address.identity, **_certificates(config)}
    return DefaultReleaser(word="caddy", config={"engine": named})


def _settled(config: DockerConfig, state: DockerState) -> DockerConfig:
    """Return the config with the engine that the environment had chosen."""
    client = config.client_config
    if client.host or client.context:
        return config
    return replace(config, client_config=replace(client, host=state.host))


def _certificates(config: DockerConfig) -> dict[str, object]:
    """Return what the block says of TLS."""
    client = config.client_config
    return {"cert_path": client.cert_path, "tls_verify": client.tls_verify} if client.cert_path else {}


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
