"""The configuration of Caddy: a function of the routes alone, so that a switch never changes it.

Paths are relative to the project's folder, in which Caddy runs: a placeholder cannot hold a brace,
and the path of a Unix socket must be short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from milepost_caddy.route import Route
from milepost_caddy.traffic import SLOTS

SOCKET = "admin.sock"
CLOSING = "closing"
"""The file that says `yes` while clients are asked to let go of idle connections."""

OWN_ANSWER = "Milepost-Answer"
"""The header of what Caddy answers by itself, where no app does."""

_RETRY = "2s"
"""How long a request that found no listener waits for one; it is dialled anew, at the place that is right by then."""
_STREAM_CLOSE = "24h"
"""How long upgraded connections (WebSockets) outlive a change of the routes."""

Json = dict[str, Any]

_DOTTED: Json = {"path_regexp": {"pattern": r"/\."}, "not": [{"path": ["/.well-known/*"]}]}
"""What asks for a name that begins with a dot, which is not meant for the public but in the folder of RFC 8615."""
_NOT_FOUND: Json = {"handler": "error", "status_code": 404}


def document(routes: Iterable[Route]) -> Json:
    """Return the whole configuration that serves the routes."""
    servers = {route.key: _server(route) for route in routes}
    return settings({"servers": servers})


def settings(http: Json) -> Json:
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
        "apps": {"http": http},
    }


def addresses(running: Json | None) -> frozenset[str]:
    """Return the addresses on which a configuration listens."""
    servers = ((running or {}).get("apps") or {}).get("http", {}).get("servers") or {}
    return frozenset(address for server in servers.values() for address in server["listen"])


def _server(route: Route) -> Json:
    """Return the server of one route.

    A request reads its kind once: a switch between two looks could make it match neither.
    """
    live = f"routes/{route.key}/live"
    return {
        "listen": [route.address],
        "protocols": ["h1"],
        "automatic_https": {"disable": True},
        "routes": [
            _closing(),
            {"handle": [{"handler": "vars", "kind": f"{{file.{live}/kind}}"}]},
            {"match": [{"vars": {"kind": ["http"]}}], "handle": [_proxy(live)], "terminal": True},
            {"match": [{"vars": {"kind": ["static"]}, **_DOTTED}], "handle": [_NOT_FOUND], "terminal": True},
            {"match": [{"vars": {"kind": ["static"]}}], "handle": [_files(live)], "terminal": True},
            {"handle": [_answer(503, f"{route.app} is not released in {route.workspace}\n")]},
        ],
        "errors": {"routes": [*_errors(route)]},
    }


def _errors(route: Route) -> Iterator[Json]:
    """Yield what is answered where no app did: plain words, and 503 for whatever went wrong behind Caddy."""
    behind = {"vars": {"{http.error.status_code}": ["500", "502", "503", "504"]}}
    answer = _answer(503, f"{route.app} does not answer right now\n")
    yield {"match": [behind], "handle": [answer], "terminal": True}
    yield {"handle": [_text("{http.error.status_code}", "{http.error.status_text}\n")]}


def _closing() -> Json:
    """Return a route that ends keep-alive connections with their next answer, while the closing file says so."""
    upgrades = {"header": {"Upgrade": ["*"]}}
    header = {"handler": "headers", "response": {"set": {"Connection": ["close"]}}}
    return {"match": [{"vars": {f"{{file.{CLOSING}}}": ["yes"]}, "not": [upgrades]}], "handle": [header]}


def _proxy(live: str) -> Json:
    """Return the handler that passes requests on to the replicas in turn.

    Each request has a connection of its own to the replica: a kept one could be closed by it in the
    instant of use. Only a failed dial is tried again, since then the request was never sent.
    """
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"{{file.{live}/slot-{slot:02}}}"} for slot in range(SLOTS)],
        "transport": {"protocol": "http", "keep_alive": {"enabled": False}},
        "load_balancing": {
            "selection_policy": {"policy": "round_robin"},
            "try_duration": _RETRY,
            "try_interval": "50ms",
            "retry_match": [{"not": [{"path": ["*"]}]}],
        },
        "flush_interval": -1,
        "stream_close_delay": _STREAM_CLOSE,
    }


def _files(live: str) -> Json:
    """Return the handler that serves the folder of a static site."""
    return {"handler": "file_server", "root": f"{{file.{live}/static-0}}"}


def _answer(status: int, body: str) -> Json:
    """Return a handler that answers in the place of an app, and says so in a header."""
    answer = _text(status, body)
    return {**answer, "headers": {**answer["headers"], OWN_ANSWER: ["caddy"]}}


def _text(status: int | str, body: str) -> Json:
    """Return a handler that answers with plain text."""
    headers = {"Content-Type": ["text/plain; charset=utf-8"]}
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": body}
