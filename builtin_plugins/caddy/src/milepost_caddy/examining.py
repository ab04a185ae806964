"""What `doctor` is told of Caddy: whether it is there, its ports, the names of the hosts, certificates."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

from milepost.sdk import MilepostError, Step
from milepost.sdk.capabilities import Examined
from milepost_caddy import port, server
from milepost_caddy.asking import ask
from milepost_caddy.binary import find_binary
from milepost_caddy.config import CaddyConfig
from milepost_caddy.document import addresses
from milepost_caddy.engine import Engine
from milepost_caddy.route import Route
from milepost_caddy.wanted import wanted_route
from milepost_caddy.whereabouts import Spot, wanted_spot

_MIGRATES = Path("/proc/sys/net/ipv4/tcp_migrate_req")


def examined(config: CaddyConfig, step: Step) -> Iterator[Examined]:
    """Yield what is found; nothing is changed, and what is missing is yielded too."""
    try:
        yield _caddy(config, step)
        spot = wanted_spot(config, step)
        route = wanted_route(config, spot, step).route
        server.ensure_own(route, spot.place)
        yield from _ports(spot, route)
    except MilepostError as error:
        yield Examined(level="problem", what=str(error), hint=error.hint)
        return
    if not config.engine:
        yield from _names(step.facts.hosts)
    if spot.traffic() is not None and route.tls:
        yield _certificate(route, step)
    if spot.place.shared and not config.engine:
        yield from _joining()


def _caddy(config: CaddyConfig, step: Step) -> Examined:
    """Return which Caddy there is."""
    if config.engine is None:
        return Examined(level="ok", what=f"Caddy is {find_binary(config.binary, step)}")
    engine = Engine(config.engine, step)
    version = "".join(engine.lines("version", "--format", "{{.Server.Version}}"))
    if engine.run("image", "inspect", engine.image, check=False).status == 0:
        return Examined(level="ok", what=f"the image {engine.image} is on {engine.name} ({version})")
    return Examined(
        level="warning",
        what=f"the image {engine.image} is not on {engine.name} ({version}) yet; the first release pulls it",
        hint=f"docker pull {engine.image}",
    )


def _ports(spot: Spot, route: Route) -> Iterator[Examined]:
    """Yield whether somebody could listen on the route's ports."""
    found = spot.place.obstacle(route, addresses(spot.place.running()))
    if found is None:
        yield Examined(level="ok", what=f"{_listed(route)} can be used, or is Caddy's already")
        return
    number, why = found
    hint = port.way_out(route.listen, number)
    yield Examined(level="problem", what=f"port {number} cannot be used: {why}", hint=hint)


def _listed(route: Route) -> str:
    """Return the ports of a route in words."""
    return " and ".join(f"port {number}" for number in sorted(route.ports))


def _names(hosts: tuple[str, ...]) -> Iterator[Examined]:
    """Yield whether the names of the hosts lead to this machine; behind a gateway they lead to that one, rightly."""
    for host in hosts:
        if "*" in host:
            continue
        try:
            found = sorted({str(each[4][0]) for each in socket.getaddrinfo(host, None)})
        except OSError as error:
            yield Examined(level="warning", what=f"{host} has no address: {error}", hint=f"dig {host}")
            continue
        if any(map(_is_ours, found)):
            yield Examined(level="ok", what=f"{host} leads here")
            continue
        yield Examined(level="warning", what=f"{host} leads to {', '.join(found)}, not here", hint=f"dig {host}")


def _is_ours(address: str) -> bool:
    """Return whether an IP address is one of this machine."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _certificate(route: Route, step: Step) -> Examined:
    """Return until when the certificate that is shown is good."""
    try:
        expires = ask(route, "HEAD", "/").expires
    except (OSError, HTTPException) as error:
        return Examined(level="problem", what=f"no certificate is shown at {route.address}: {error}")
    if expires is None or expires <= step.now():
        return Examined(
            level="problem", what=f"the certificate at {route.address} has expired", hint="milepost release"
        )
    return Examined(level="ok", what=f"the certificate at {route.address} is good until {expires:%Y-%m-%d %H:%M} UTC")


def _joining() -> Iterator[Examined]:
    """Yield whether a connection may be lost that is opened in the instant in which another app joins or leaves."""
    try:
        migrates = _MIGRATES.read_text().strip() != "0"
    except OSError:
        return
    if not migrates:
        yield Examined(
            level="warning",
            what="a connection opened in the very instant in which another project joins or leaves may be lost",
            hint="sudo sysctl -w net.ipv4.tcp_migrate_req=1",
        )
