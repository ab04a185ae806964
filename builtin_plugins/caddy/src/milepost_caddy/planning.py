"""What a release would do to the app's way in."""

from __future__ import annotations

from typing import Literal

from milepost.sdk import Step
from milepost.sdk.capabilities import Planned
from milepost_caddy import server
from milepost_caddy.config import CaddyConfig
from milepost_caddy.wanted import wanted_route
from milepost_caddy.whereabouts import wanted_spot


def planned(config: CaddyConfig, step: Step) -> tuple[Planned, ...]:
    """Return it; nothing is changed. Raises OperationError where the release would at once."""
    spot = wanted_spot(config, step)
    known, route = spot.route(), wanted_route(config, spot, step).route
    server.ensure_own(route, spot.place)
    action: Literal["make", "keep", "change"] = "make" if known is None else "keep" if known == route else "change"
    where = f"by the Caddy of {spot.place.name}" if config.engine else "by the Caddy that all projects share"
    detail = where if config.engine or spot.place.shared else "by the project's Caddy"
    made = Planned(action=action, kind="route", name=route.urls(step.facts.hosts)[0], detail=detail)
    now = spot.traffic()
    if now and now.share:
        ended = Planned(action="remove", kind="split", name=now.share.deployment, detail=f"has {now.share.weight} %")
        return (made, ended)
    return (made,)
