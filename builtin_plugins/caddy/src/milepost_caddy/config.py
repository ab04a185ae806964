"""What `use "caddy"` may say in the project file, and what a release remembers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from milepost.sdk import PluginConfig, PluginState

LOOPBACK = "127.0.0.1"


class CaddyConfig(PluginConfig, frozen=True, kw_only=True):
    """What stands in `use "caddy"` of a `release` block."""

    port: Annotated[
        int | None,
        Meta(description="The public port; the app's own `port` wins. Without either, one is chosen once and kept."),
    ] = None
    listen: Annotated[
        str, Meta(description="The IP address to listen on; `0.0.0.0` lets other machines in, over plain HTTP.")
    ] = LOOPBACK
    binary: Annotated[
        str | None,
        Meta(description="The Caddy to start, a path or a name on PATH; without it, the one that was installed along."),
    ] = None
    drain: Annotated[
        float,
        Meta(description="How long the deployment before may go on with requests that had begun, in seconds."),
    ] = 30.0

    def __post_init__(self) -> None:
        """Raise ValueError for what no Caddy could do."""
        if self.port is not None and not 1 <= self.port <= 65535:
            raise ValueError(f"port is {self.port}; expected 1 to 65535")
        if self.drain < 0:
            raise ValueError(f"drain is {self.drain:g}; expected 0 or more seconds")
        if self.listen != LOOPBACK:
            from ipaddress import ip_address  # noqa: PLC0415  hardly ever needed

            ip_address(self.listen)


class CaddyState(PluginState, frozen=True, kw_only=True):
    """Where a release's route is kept, and what it was to serve."""

    folder: Annotated[str, Meta(description="The folder of the project's Caddy.")]
    route: Annotated[str, Meta(description="The key of the route in that folder.")]
    deployment: Annotated[str, Meta(description="The operation id of the deployment that got the traffic.")]
    listen: Annotated[str, Meta(description="The IP address on which the app is public.")]
    port: Annotated[int, Meta(description="The port on which the app is public.")]
