"""The handlers of Caddy that answer a request: by an app, by files, or in its place."""

from __future__ import annotations

from typing import Any

from milepost_caddy.traffic import SLOTS

OWN_ANSWER = "Milepost-Answer"
"""The header of what Caddy answers by itself, where no app does."""

_RETRY = "2s"
"""How long a request that found no listener waits for one; it is dialled anew, at the place that is right by then."""
_STREAM_CLOSE = "24h"
"""How long upgraded connections (WebSockets) outlive a change of the routes."""

Json = dict[str, Any]

NOT_FOUND: Json = {"handler": "error", "status_code": 404}


def proxy(live: str) -> Json:
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


def files(live: str) -> Json:
    """Return the handler that serves the folder of a static site."""
    return {"handler": "file_server", "root": f"{{file.{live}/static-0}}"}


def answer(status: int, body: str) -> Json:
    """Return a handler that answers in the place of an app, and says so in a header."""
    said = text(status, body)
    return {**said, "headers": {**said["headers"], OWN_ANSWER: ["caddy"]}}


def text(status: int | str, body: str) -> Json:
    """Return a handler that answers with plain text."""
    headers = {"Content-Type": ["text/plain; charset=utf-8"]}
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": body}
