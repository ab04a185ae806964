"""The route of an app as its project file wants it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from milepost.sdk import HTTP_ENDPOINT, Endpoint, Facts, OperationError, Recorded, Step
from milepost_caddy import disk, port
from milepost_caddy.config import HTTP, HTTPS, LOOPBACK, CaddyConfig, Certificate
from milepost_caddy.engine import Engine
from milepost_caddy.route import ANY, Route, Tls, label
from milepost_caddy.whereabouts import Spot


class Wanted(NamedTuple):
    """A route, and the PEM files that belong beside it."""

    route: Route
    pem: dict[str, bytes]


def wanted_route(config: CaddyConfig, spot: Spot, step: Step, deployment: Recorded[Any] | None = None) -> Wanted:
    """Return the app's route: with the port that is asked for, or that it has, or a new one.

    Raises OperationError for what cannot be: ACME without a host, a certificate that is not there.
    """
    facts, known, shared = step.facts, spot.route(), spot.place.shared
    tls, pem = _tls(config, facts)
    bare = Route(
        key=spot.key,
        app=facts.app,
        workspace=facts.workspace,
        project=facts.project if shared else "",
        store=facts.store if shared or config.engine else "",
        listen=_listen(config, shared=shared),
        port=0,
        hosts=_hosts(config, facts, shared=shared),
        paths=config.paths,
        strip_prefix=config.strip_prefix or "",
        tls=tls,
        names=tuple(host.lower() for host in facts.hosts) if tls else (),
        machine=Engine(config.engine, step).machine() if config.engine else "",
        networks=_networks(config, known, deployment),
    )
    return Wanted(_with_ports(bare, config, spot, facts), pem)


def _with_ports(bare: Route, config: CaddyConfig, spot: Spot, facts: Facts) -> Route:
    """Return the route with its public port and, with HTTPS, the one that is sent there."""
    public = config.engine is not None or spot.place.shared
    number = _port(config, facts, public=public) or _kept(spot.route(), bare.tls)
    number = number or port.chosen(facts, spot.key, bare.listen)
    if bare.tls and number == HTTP:
        raise OperationError(
            f"port {HTTP} is asked for and tls is on; expected another port",
            hint=f"leave port out: HTTPS is on {HTTPS} then, and HTTP on {HTTP} is sent there",
        )
    plain = config.http_port or (HTTP if number == HTTPS else None)
    return replace(bare, port=number, redirect=plain if bare.tls and config.redirect else None)


def _listen(config: CaddyConfig, *, shared: bool) -> str:
    """Return the address to listen on: all of them where people from elsewhere are to come."""
    if config.listen is not None:
        return config.listen
    return ANY if shared or config.engine is not None or config.tls == "acme" else LOOPBACK


def _port(config: CaddyConfig, facts: Facts, *, public: bool) -> int | None:
    """Return the port that is asked for, or that goes without saying where others use the same one."""
    usual = HTTPS if config.tls != "off" else HTTP
    return facts.port or config.port or (usual if public else None)


def _kept(known: Route | None, tls: Tls | None) -> int | None:
    """Return the port that the route has, if it goes on to speak as before."""
    return known.port if known and (known.tls is None) == (tls is None) else None


def _hosts(config: CaddyConfig, facts: Facts, *, shared: bool) -> tuple[str, ...]:
    """Return the hosts by which the route is told from others; those with a port of their own answer to any."""
    if shared and facts.hosts:
        return tuple(host.lower() for host in facts.hosts)
    if not shared or config.engine is not None:
        return ()
    return (f"{label(facts.app, facts.workspace)}.{facts.project.lower()}.localhost",)


def _networks(config: CaddyConfig, known: Route | None, deployment: Recorded[Any] | None) -> tuple[str, ...]:
    """Return the engine's networks on which the deployment is reached, and the one before, for what it still answers.

    A platform tells its own in the deployment's detail `network`.
    """
    if config.engine is None:
        return ()
    found = deployment.deployment if deployment else None
    for endpoint in found.endpoints if found else ():
        _ensure_beside(endpoint)
    told = found.details.get("network") if found else None
    named = config.engine.network or (told if isinstance(told, str) else None)
    return tuple(sorted({*(known.networks if known else ()), *filter(None, (named,))}))


def _ensure_beside(endpoint: Endpoint) -> None:
    """Raise OperationError for a way in that leads nowhere from inside a container."""
    here = urlsplit(endpoint.address).hostname in {"127.0.0.1", "::1", "localhost"}
    if endpoint.kind == HTTP_ENDPOINT and not here:
        return
    what = f"at {endpoint.address} of this machine" if here else f"{endpoint.address}, which is no {HTTP_ENDPOINT}"
    raise OperationError(
        f"the deployment is {what}; Caddy on an engine reaches other containers only",
        hint="leave `engine` out of the release block",
    )


def _tls(config: CaddyConfig, facts: Facts) -> tuple[Tls | None, dict[str, bytes]]:
    """Return how the route speaks HTTPS, and the PEM files for that, named by what they hold."""
    if config.tls == "off":
        return None, {}
    if config.tls == "internal":
        return Tls(by="internal"), {}
    if isinstance(config.tls, Certificate):
        pair = _pem(config.tls.certificate, facts), _pem(config.tls.key, facts)
        stem = f"tls-{sha256(b''.join(pair)).hexdigest()[:12]}"
        return Tls(by="files", files=stem), {f"{stem}.crt": pair[0], f"{stem}.key": pair[1]}
    if not facts.hosts:
        raise OperationError(
            f'tls is "acme", and {facts.app} has no hosts to get a certificate for',
            hint='give the app hosts = ["www.example.com"], or tls = "internal"',
        )
    wild = next((host for host in facts.hosts if host.startswith("*")), None)
    if wild:
        raise OperationError(
            f"an authority gives no certificate for {wild} to Caddy alone: it wants to see the domain's DNS changed",
            hint='get one yourself and name it: tls { certificate = "FILE"; key = "FILE" }',
        )
    root = _pem(config.acme.root, facts) if config.acme.root else b""
    stem = f"root-{sha256(root).hexdigest()[:12]}" if root else ""
    made = Tls(by="acme", email=config.acme.email, directory=config.acme.directory, files=stem)
    return made, {f"{stem}.crt": root} if root else {}


def _pem(name: str, facts: Facts) -> bytes:
    """Return what a PEM file holds; its name counts from the app's folder."""
    path = facts.home / name[2:] if name.startswith("~/") else facts.source / Path(name)
    found = disk.read(path)
    if found is None or b"-----BEGIN " not in found:
        what = "is not there" if found is None else "has no -----BEGIN line"
        raise OperationError(f"{path} {what}; expected a file in PEM form", hint="correct `tls` in the release block")
    return found
