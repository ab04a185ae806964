"""Wiring: which role of this plugin is what; importing it costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from milepost.sdk import hookimpl

if TYPE_CHECKING:
    from milepost.sdk import Releaser, ReleaserOffer


def _load() -> Callable[[Any], Releaser]:
    """Return the class that does the work."""
    from milepost_caddy.releaser import CaddyReleaser  # noqa: PLC0415  an offer is made without what does the work

    return CaddyReleaser


@hookimpl
def milepost_releaser(word: str) -> ReleaserOffer | None:
    """Offer the releaser `caddy`."""
    if word != "caddy":
        return None
    from milepost.sdk import HTTP_ENDPOINT, STATIC_FILES, ReleaserOffer  # noqa: PLC0415  plugin.py costs nothing
    from milepost_caddy.config import CaddyConfig, CaddyState  # noqa: PLC0415  plugin.py costs nothing

    return ReleaserOffer(
        config=CaddyConfig,
        state=CaddyState,
        accepts=(HTTP_ENDPOINT, STATIC_FILES),
        load=_load,
    )
