"""Wiring: which role of this plugin is what; importing it costs nothing."""

from __future__ import annotations

from milepost.sdk import BuilderOffer, hookimpl


@hookimpl
def milepost_builder(word: str) -> BuilderOffer | None:
    """Offer `buildpacks`, and the same as `pack`, which is Waypoint's word."""
    from milepost_buildpacks import offers  # noqa: PLC0415  plugin.py costs nothing

    return offers.builder() if word in {"buildpacks", "pack"} else None
