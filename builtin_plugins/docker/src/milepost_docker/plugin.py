"""Wiring: which role of this plugin is what; importing it costs nothing."""

from __future__ import annotations

from milepost.sdk import BuilderOffer, PlatformOffer, RegistryOffer, hookimpl


@hookimpl
def milepost_builder(word: str) -> BuilderOffer | None:
    """Offer `docker`, `docker-pull` and `docker-ref`."""
    from milepost_docker import offers  # noqa: PLC0415  plugin.py costs nothing

    return offers.builder(word)


@hookimpl
def milepost_registry(word: str) -> RegistryOffer | None:
    """Offer `docker`."""
    from milepost_docker import offers  # noqa: PLC0415  plugin.py costs nothing

    return offers.registry() if word == "docker" else None


@hookimpl
def milepost_platform(word: str) -> PlatformOffer | None:
    """Offer `docker`."""
    from milepost_docker import offers  # noqa: PLC0415  plugin.py costs nothing

    return offers.platform() if word == "docker" else None
