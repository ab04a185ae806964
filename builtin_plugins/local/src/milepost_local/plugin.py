"""Wiring: which role of this plugin is what; importing it costs nothing."""

from __future__ import annotations

from milepost.sdk import BuilderOffer, PlatformOffer, RegistryOffer, hookimpl


@hookimpl
def milepost_builder(word: str) -> BuilderOffer | None:
    """Offer `files`."""
    from milepost_local import offers  # noqa: PLC0415  plugin.py costs nothing

    return offers.files_builder() if word == "files" else None


@hookimpl
def milepost_registry(word: str) -> RegistryOffer | None:
    """Offer `files`."""
    from milepost_local import offers  # noqa: PLC0415  plugin.py costs nothing

    return offers.files_registry() if word == "files" else None


@hookimpl
def milepost_platform(word: str) -> PlatformOffer | None:
    """Offer `local`."""
    from milepost_local import offers  # noqa: PLC0415  plugin.py costs nothing

    return offers.local_platform() if word == "local" else None
