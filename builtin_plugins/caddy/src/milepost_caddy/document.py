"""The configuration of Caddy: a function of the routes alone, so that a switch never changes it.

Paths are relative to the folder in which Caddy runs: a placeholder cannot hold a brace, and the path
of a Unix socket must be short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from milepost_caddy.https import certificates, policies
from milepost_caddy.proxying import NOT_FOUND, answer, files, proxy, text
from milepost_caddy.route import ANY, Route, at

SOCKET = "admin.sock"
CLOSING = "closing"
"""The file that says `yes` while clients are asked to let go of idle connections."""

Json = dict[str, Any]

_DOTTED: Json = {"path_regexp": {"pattern": r"/\."}, "not": [{"path": ["/.well-known/*"]}]}
"""What asks for a name that begins with a dot, which is not meant for the public but in the folder of RFC 8615."""


def document(routes: Iterable[Route]) -> Json:
    """Return the whole configuration that serves the routes."""
    kept = tuple(sorted(routes, key=lambda route: route.key))
    listeners = sorted({(route.listen, port) for route in kept for port in route.ports})
    servers = {f"{listen}:{port}": _server(listen, port, kept) for listen, port in listeners}
    http: Json = {"servers": servers}
    plain = sorted({route.redirect for route in kept if route.redirect})
    if plain:
        # Where an authority's challenge is answered, if it asks by plain HTTP.
        http["http_port"] = plain[0]
    secure = sorted({route.port for route in kept if route.tls})
    if secure:
        http["https_port"] = secure[0]
    return settings(http, certificates(kept))


def settings(http: Json, more: Json | None = None) -> Json:
    """Return a configuration with the given `http` app: nothing but our folder is read or written."""
    return {
        "admin": {"listen": f"unix/{SOCKET}", "config": {"persist": False}},
        "storage": {"module": "file_system", "root": "storage"},
        "logging": {
            "logs": {
                "default": {
                    "level": "WARN",
                    "exclude": ["admin"],
                    "writer": {"output": "file", "filename": "caddy.log", "roll_size_mb": 5, "roll_keep": 2},
                }
            }
        },
        "apps": {"http": http, **(more or {})},
    }


def addresses(running: Json | None) -> frozenset[str]:
    """Return the addresses on which a configuration listens."""
    servers = ((running or {}).get("apps") or {}).get("http", {}).get("servers") or {}
    return frozenset(address for server in servers.values() for address in server["listen"])


def _server(listen: str, port: int, routes: tuple[Route, ...]) -> Json:
    """Return the server that listens there, for all routes that want to be asked there."""
    mine = [route for route in routes if route.listen == listen and port in route.ports]
    secure = [route for route in mine if route.tls and route.port == port]
    nobody = answer(404, "nothing is released here under this name\n")
    made: Json = {
        "listen": [at(listen, port)],
        "protocols": ["h1", "h2", "h3"] if secure else ["h1"],
        "automatic_https": {"disable": True},
        "routes": [_closing(), *_choices(mine, port), {"handle": [nobody]}],
        "named_routes": {route.key: _app(route) for route in mine if route.port == port},
    }
    return {**made, "tls_connection_policies": policies(secure)} if secure else made


def _choices(routes: list[Route], port: int) -> Iterator[Json]:
    """Yield what chooses the route of a request: a host that is named before any, a longer path before a shorter."""
    found = []
    for route in routes:
        for path in route.paths or (ANY,):
            handler = {"handler": "invoke", "name": route.key} if route.port == port else _redirect(route)
            wild = not route.hosts or any(host.startswith("*.") for host in route.hosts)
            match = _match(route.hosts, path)
            chosen = {"match": [match], "handle": [handler]} if match else {"handle": [handler]}
            found.append(((not route.hosts, wild, -len(path), route.key), {**chosen, "terminal": True}))
    yield from (chosen for _, chosen in sorted(found, key=lambda each: each[0]))


def _match(hosts: tuple[str, ...], path: str) -> Json:
    """Return what a request must be like; `/api/*` means `/api` too."""
    match: Json = {}
    if hosts:
        match["host"] = list(hosts)
    if path:
        match["path"] = [path, path.removesuffix("/*")] if path.endswith("/*") and path != "/*" else [path]
    return match


def _redirect(route: Route) -> Json:
    """Return the handler that sends a request to where the route speaks HTTPS."""
    end = "" if route.port == 443 else f":{route.port}"
    to = f"https://{{http.request.host}}{end}{{http.request.uri}}"
    return {"handler": "static_response", "status_code": 308, "headers": {"Location": [to]}}


def _app(route: Route) -> Json:
    """Return what a route does with its requests.

    A request reads its kind once: a switch between two looks could make it match neither.
    """
    live = f"routes/{route.key}/live"
    strip = [{"handle": [{"handler": "rewrite", "strip_path_prefix": route.strip_prefix}]}]
    steps = [
        *(strip if route.strip_prefix else []),
        {"handle": [{"handler": "vars", "kind": f"{{file.{live}/kind}}"}]},
        {"match": [{"vars": {"kind": ["http"]}}], "handle": [proxy(live)], "terminal": True},
        {"match": [{"vars": {"kind": ["static"]}, **_DOTTED}], "handle": [NOT_FOUND], "terminal": True},
        {"match": [{"vars": {"kind": ["static"]}}], "handle": [files(live)], "terminal": True},
        {"handle": [answer(503, f"{route.app} is not released in {route.workspace}\n")]},
    ]
    return {"handle": [{"handler": "subroute", "routes": steps, "errors": {"routes": [*_errors(route)]}}]}


def _errors(route: Route) -> Iterator[Json]:
    """Yield what is answered where no app did: plain words, and 503 for whatever went wrong behind Caddy."""
    behind = {"vars": {"{http.error.status_code}": ["500", "502", "503", "504"]}}
    silent = answer(503, f"{route.app} does not answer right now\n")
    yield {"match": [behind], "handle": [silent], "terminal": True}
    yield {"handle": [text("{http.error.status_code}", "{http.error.status_text}\n")]}


def _closing() -> Json:
    """Return a route that ends keep-alive connections with their next answer, while the closing file says so."""
    upgrades = {"header": {"Upgrade": ["*"]}}
    header = {"handler": "headers", "response": {"set": {"Connection": ["close"]}}}
    return {"match": [{"vars": {f"{{file.{CLOSING}}}": ["yes"]}, "not": [upgrades]}], "handle": [header]}
