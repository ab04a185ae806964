"""HTTPS in Caddy's configuration: where certificates come from, and which one a client is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from milepost_caddy.route import Route

Json = dict[str, Any]
_UNNAMED = ("localhost", "127.0.0.1")
"""What a certificate of Caddy's own authority is for where a route has no hosts."""


def certificates(routes: Iterable[Route]) -> Json:
    """Return the apps of Caddy that have to do with certificates; none where nobody speaks HTTPS."""
    secure = [route for route in routes if route.tls]
    if not secure:
        return {}
    taken: set[str] = set()
    rules = [rule for route in secure for rule in _rule(route, taken)]
    loaded = [_loaded(route) for route in secure if route.tls and route.tls.by == "files"]
    tls: Json = {"certificates": {"automate": sorted(taken)}, "automation": {"policies": rules}}
    if loaded:
        tls["certificates"]["load_files"] = loaded
    # The root of Caddy's own authority is trusted by who wants to; the system's list is left alone.
    pki = {"certificate_authorities": {"local": {"install_trust": False}}}
    return {"tls": tls, "pki": pki}


def subjects(route: Route) -> tuple[str, ...]:
    """Return the names for which a route's certificate is."""
    if route.hosts or (route.names and route.tls and route.tls.by != "internal"):
        return route.hosts or route.names
    return tuple(dict.fromkeys((*route.names, *_UNNAMED, route.reachable)))


def pem(route: Route) -> tuple[str, str]:
    """Return the files of a route's own certificate and key, from where Caddy runs."""
    stem = f"routes/{route.key}/{route.tls.files if route.tls else ''}"
    return f"{stem}.crt", f"{stem}.key"


def policies(secure: Iterable[Route]) -> list[Json]:
    """Return how connections choose their certificate: a route's own one by its hosts, else by the name asked for."""
    own = [route for route in secure if route.tls and route.tls.by == "files"]
    by_name = [_chosen(route) for route in own if route.hosts]
    unnamed = [_chosen(route) for route in own if not route.hosts]
    others = [route for route in secure if route not in own]
    default = {"default_sni": subjects(others[0])[0]} if others else {}
    return [*by_name, *(unnamed or [default])]


def _chosen(route: Route) -> Json:
    """Return the policy that shows a route's own certificate."""
    match = {"match": {"sni": list(route.hosts)}} if route.hosts else {}
    return {**match, "certificate_selection": {"any_tag": [route.key]}}


def _loaded(route: Route) -> Json:
    """Return where Caddy finds a route's own certificate."""
    certificate, key = pem(route)
    return {"certificate": certificate, "key": key, "tags": [route.key]}


def _rule(route: Route, taken: set[str]) -> Iterator[Json]:
    """Yield how certificates for a route's names are got, for those that no other route has `taken`."""
    names = [name for name in subjects(route) if name not in taken]
    if route.tls is None or route.tls.by == "files" or not names:
        return
    taken.update(names)
    yield {"subjects": names, "issuers": [_issuer(route)]}


def _issuer(route: Route) -> Json:
    """Return who gives a route's certificate."""
    if route.tls is None or route.tls.by == "internal":
        return {"module": "internal"}
    made: Json = {"module": "acme"}
    if route.tls.email:
        made["email"] = route.tls.email
    if route.tls.directory:
        made["ca"] = route.tls.directory
    if route.tls.files:
        made["trusted_roots_pem_files"] = [f"routes/{route.key}/{route.tls.files}.crt"]
    return made
