"""Which version of its API is spoken with an engine."""

from __future__ import annotations

import json
from contextlib import closing

from milepost_docker.engine.address import Address
from milepost_docker.engine.trouble import UnreachableError, explained, refused
from milepost_docker.engine.wire import Line

OLDEST, NEWEST = (1, 41), (1, 48)
"""What is known here: Docker 20.10, and the newest whose answers are those that are read here."""
OK = 200


def agreed(address: Address, timeout: float) -> str:
    """Return the version to speak: the newest that both know, or the one that the user has asked for.

    Raises UnreachableError where no engine answers, or one that is too old.
    """
    what = "asking for its version"
    with explained(what, address), closing(Line(address, timeout)) as line:
        line.request("GET", "/version")
        answer = line.getresponse()
        body = answer.read()
        if answer.status != OK:
            raise refused(what, answer.status, body)
        return address.api_version or chosen(json.loads(body), address)


def chosen(told: dict[str, str], address: Address) -> str:
    """Return the version for an engine that tells such a range."""
    newest, oldest = _pair(told.get("ApiVersion", "")), _pair(told.get("MinAPIVersion", ""))
    if newest < OLDEST:
        message = f"the engine at {address.name} is Docker {told.get('Version', '?')} with API {_text(newest)}, too old"
        raise UnreachableError(message, hint=f"Docker 20.10 or newer (API {_text(OLDEST)})")
    return _text(max(min(newest, NEWEST), oldest))


def _pair(text: str) -> tuple[int, int]:
    """Return a version as numbers; 0.0 where it is none."""
    major, _, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (0, 0)


def _text(pair: tuple[int, int]) -> str:
    return f"{pair[0]}.{pair[1]}"
