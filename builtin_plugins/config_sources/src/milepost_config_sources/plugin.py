"""Wiring: which word is which source; importing it costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.sdk import hookimpl

if TYPE_CHECKING:
    from milepost.sdk.offer import ConfigSourceOffer


@hookimpl
def milepost_config_source(word: str) -> ConfigSourceOffer | None:
    """Offer `env`, `file` and `command`."""
    from milepost_config_sources.offers import OFFERS  # noqa: PLC0415  plugin.py costs nothing

    return OFFERS.get(word)
