"""Which version of its API is spoken with an engine."""

from __future__ import annotations

from typing import Any

from milepost_docker.engine.address import Address
from milepost_docker.engine.trouble import UnreachableError

OLDEST, NEWEST = (1, 41), (1, 48)
"""What is known here: Docker 20.10, and the newest whose answers are those that are read here."""


def agreed(told: Any, address: Address) -> str:
    """Return the version to speak with an engine that answers `GET /version` so.

    That is the newest that both know, or the one that the user has asked for. Raises UnreachableError for an engine
    that is too old.
    """
    known = told if isinstance(told, dict) else {}
    newest, oldest = _pair(known.get("ApiVersion", "")), _pair(known.get("MinAPIVersion", ""))
    if newest < OLDEST:
        what = f"Docker {known.get('Version') or '(it does not say which)'} with API {_text(newest)}"
        message = f"the engine at {address.name} is {what}, too old"
        raise UnreachableError(message, hint=f"Docker 20.10 or newer (API {_text(OLDEST)})")
    return address.api_version or _text(max(min(newest, NEWEST), oldest))


def _pair(text: str) -> tuple[int, int]:
    """Return a version as numbers; 0.0 where it is none."""
    major, _, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (0, 0)


def _text(pair: tuple[int, int]) -> str:
    return f"{pair[0]}.{pair[1]}"
