"""Wiring: which word of this plugin is what; importing it costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from milepost.sdk import FILE_TREE, STATIC_FILES, DefaultReleaser, Platform, PlatformOffer, hookimpl


def _load() -> Callable[[Any], Platform]:
    """Return the class that does the work."""
    from milepost_webroot.platform import WebrootPlatform  # noqa: PLC0415 - an offer is made without it

    return WebrootPlatform


@hookimpl
def milepost_platform(word: str) -> PlatformOffer | None:
    """Offer the platform `webroot`."""
    if word != "webroot":
        return None
    from milepost_webroot.config import WebrootConfig, WebrootState  # noqa: PLC0415 - only if it is used

    return PlatformOffer(
        config=WebrootConfig,
        state=WebrootState,
        accepts=(FILE_TREE,),
        exposes=lambda config: (STATIC_FILES,),
        load=_load,
        default_releaser=DefaultReleaser(word="caddy"),
    )
