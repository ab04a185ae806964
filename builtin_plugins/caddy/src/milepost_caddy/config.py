"""What `use "caddy"` may say in the project file, and what a release remembers."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from milepost.sdk import PluginConfig, PluginState

LOOPBACK = "127.0.0.1"
HTTP, HTTPS = 80, 443
"""The ports that browsers take for granted."""


class Certificate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate of one's own."""

    certificate: Annotated[
        str, Meta(description="The PEM file of the certificate and those that vouch for it, from the app's folder.")
    ]
    key: Annotated[str, Meta(description="The PEM file of its private key, from the app's folder.")]


class Acme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gives certificates where `tls` is `acme`."""

    email: Annotated[str | None, Meta(description="Where the authority writes to when something is wrong.")] = None
    directory: Annotated[
        str | None, Meta(description="The URL of the authority's directory; Let's Encrypt when not given.")
    ] = None
    root: Annotated[
        str | None,
        Meta(
            description="The PEM file of the root that the directory's own certificate is checked with, where it is "
            "not one of the system's."
        ),
    ] = None


class EngineConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The container engine beside whose containers Caddy runs, as a container of its own."""

    host: Annotated[
        str | None, Meta(description="Its address: `unix:///PATH`, `tcp://HOST:PORT`, `ssh://USER@HOST`.")
    ] = None
    context: Annotated[
        str | None,
        Meta(description="A context of the Docker CLI, by name. Without both, the engine that `docker` would use."),
    ] = None
    cert_path: Annotated[
        str | None, Meta(description="A folder with `ca.pem`, `cert.pem` and `key.pem`, for TLS with `tcp://`.")
    ] = None
    tls_verify: Annotated[bool, Meta(description="Whether the engine's certificate is checked.")] = True
    image: Annotated[
        str, Meta(description="The image of Caddy: 2.11.3 or later, with `sh`, `tar` and `wget` in it.")
    ] = "caddy:2"
    network: Annotated[
        str | None,
        Meta(description="The network on which Caddy reaches the app; without it, the one that the platform tells."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValueError for two answers to one question."""
        if self.host and self.context:
            raise ValueError("host and context are both given; leave one of them out")


Tls = Literal["off", "internal", "acme"]


class CaddyConfig(PluginConfig, frozen=True, kw_only=True):
    """What stands in `use "caddy"` of a `release` block."""

    port: Annotated[
        int | None,
        Meta(
            description="The public port; the app's own `port` wins. Without either, one is chosen once and kept, or, "
            "of the shared Caddy and on an engine, it is 80, and 443 with `tls`."
        ),
    ] = None
    listen: Annotated[
        str | None,
        Meta(
            description="The IP address to listen on. Without it, `127.0.0.1`; of the shared Caddy, on an engine and "
            "with `acme`, all addresses."
        ),
    ] = None
    shared: Annotated[
        bool | None,
        Meta(
            description="Whether one Caddy serves all projects of this user, each under its `hosts`. Without it, so "
            "where the app has `hosts` and its port is 80 or 443, or its certificate is not of Caddy's own making; "
            "and on an engine."
        ),
    ] = None
    paths: Annotated[
        tuple[str, ...],
        Meta(description="The paths that are the app's, such as `/api/*`; all when not given. What is longer wins."),
    ] = ()
    strip_prefix: Annotated[
        str | None, Meta(description="The beginning of the path that the app does not get to see, such as `/api`.")
    ] = None
    tls: Annotated[
        Tls | Certificate,
        Meta(
            description="HTTPS: `off`, by a certificate of Caddy's own authority (`internal`), by one that it gets and "
            'renews (`acme`), or by one of yours: `{ certificate = "FILE", key = "FILE" }`.'
        ),
    ] = "off"
    acme: Annotated[Acme, Meta(description='Who gives certificates, with `tls = "acme"`.')] = Acme()
    redirect: Annotated[
        bool, Meta(description="Whether plain HTTP is answered with the HTTPS address, where `tls` is on.")
    ] = True
    http_port: Annotated[
        int | None, Meta(description="The port of plain HTTP that is redirected; 80 where HTTPS is on 443, else none.")
    ] = None
    engine: Annotated[
        EngineConfig | None,
        Meta(description="The engine on which Caddy runs as a container; without it, Caddy is a process here."),
    ] = None
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
        for name, port in (("port", self.port), ("http_port", self.http_port)):
            if port is not None and not 1 <= port <= 65535:
                raise ValueError(f"{name} is {port}; expected 1 to 65535")
        if self.drain < 0:
            raise ValueError(f"drain is {self.drain:g}; expected 0 or more seconds")
        for path in (*self.paths, *filter(None, (self.strip_prefix,))):
            if not path.startswith("/"):
                raise ValueError(f"the path {path!r} does not begin with /; write {'/' + path!r}")
        if self.listen is not None:
            from ipaddress import ip_address  # noqa: PLC0415  hardly ever needed

            ip_address(self.listen)


class CaddyState(PluginState, frozen=True, kw_only=True):
    """Where a release's route is kept, and what it was to serve."""

    folder: Annotated[
        str, Meta(description="The folder of the Caddy that serves it; of one on an engine, its container's name.")
    ]
    route: Annotated[str, Meta(description="The key of the route in that folder.")]
    deployment: Annotated[str, Meta(description="The operation id of the deployment that got the traffic.")]
    listen: Annotated[str, Meta(description="The IP address on which the app is public; none: on all.")]
    port: Annotated[int, Meta(description="The port on which the app is public.")]
    engine: Annotated[
        EngineConfig | None, Meta(description="The engine on which Caddy runs; none: a process here.")
    ] = None
