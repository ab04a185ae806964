"""How one is let in to a registry: with name and password, or with tokens that a server named by it gives out."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from milepost_docker.credentials import Login
from milepost_docker.registry.exchange import MOST_TEXT, Answer, Origin, Request
from milepost_docker.registry.trouble import Refusal, refused

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_EARLY = 10.0
"""Seconds before its end when a token is no longer used."""
_SHORTEST = 60.0
"""Seconds that a token holds when nothing is said of it."""


@dataclass(frozen=True)
class _Kept:
    """What was let in with, and until when."""

    value: str = field(repr=False)
    until: float | None = None

    def holds(self) -> bool:
        return self.until is None or time.monotonic() < self.until


class Gate:
    """Finds the `Authorization` that a registry wants, and remembers it for each scope."""

    def __init__(self, login: Login, send: Callable[[Request], Answer], is_lax: Callable[[str], bool]) -> None:
        self._login, self._send, self._is_lax = login, send, is_lax
        self._kept: dict[str, _Kept] = {}

    def header(self, scope: str) -> str:
        """Return what let us in before, or what will without any question; empty when that is not known."""
        if self._login.registry_token:
            return f"Bearer {self._login.registry_token.reveal()}"
        kept = self._kept.get(scope) or self._kept.get("")
        return kept.value if kept and kept.holds() else ""

    def ask(self, headers: Sequence[str], scope: str) -> str:
        """Return what answers the challenge of a 401; empty when nothing does. Raises OSError, HTTPException."""
        kinds = {kind: words for each in headers for kind, words in challenges(each)}
        if "bearer" in kinds and not self._login.registry_token:
            self._kept[scope] = self._token(kinds["bearer"], scope)
        elif "basic" in kinds and self._basic():
            self._kept[""] = _Kept(self._basic())
        else:
            return ""
        return self.header(scope)

    def _basic(self) -> str:
        """Return name and password as a header has them; empty without a password."""
        if self._login.password is None:
            return ""
        pair = f"{self._login.username or ''}:{self._login.password.reveal()}"
        return f"Basic {b64encode(pair.encode()).decode()}"

    def _token(self, words: Mapping[str, str], scope: str) -> _Kept:
        """Return a token of the server that the challenge names; one that holds nothing when it gives none."""
        realm = words.get("realm", "")
        if not self._may_know(realm):
            return _Kept("")
        scopes = list(dict.fromkeys(filter(None, [*scope.split(), *words.get("scope", "").split()])))
        with self._send(self._request(realm, words.get("service", ""), scopes)) as answer:
            if answer.status in (401, 403):
                return _Kept("")
            if answer.status != 200:
                refusal = Refusal(answer.status, answer.retry_after, answer.text(), has_login=not self._login.anonymous)
                raise refused("log in", Origin.of(realm).host, refusal)
            return _kept(answer.read(MOST_TEXT))

    def _may_know(self, realm: str) -> bool:
        """Return whether a password may be sent there: not in clear, except where that was asked for."""
        try:
            origin = Origin.of(realm)
        except ValueError:
            return False
        return origin.scheme == "https" or self._is_lax(origin.host)

    def _request(self, realm: str, service: str, scopes: list[str]) -> Request:
        common = [("service", service)] if service else []
        if self._login.identity_token:
            form = [("grant_type", "refresh_token"), ("refresh_token", self._login.identity_token.reveal()), *common]
            body = urlencode([*form, ("client_id", "milepost"), ("scope", " ".join(scopes))])
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return Request(method="POST", url=realm, headers=headers, body=body.encode())
        query = urlencode([*common, *(("scope", each) for each in scopes)])
        url = f"{realm}{'&' if '?' in realm else '?'}{query}"
        return Request(method="GET", url=url, headers=_only(Authorization=self._basic()))


def _only(**headers: str) -> dict[str, str]:
    """Return the headers that have a value."""
    return {name: value for name, value in headers.items() if value}


def _kept(answer: bytes) -> _Kept:
    """Return the token in the answer of a server that gives them out; one that is empty when there is none."""
    try:
        document = json.loads(answer)
        token = document.get("token") or document.get("access_token") or ""
        lasts = float(document.get("expires_in") or _SHORTEST)
    except (ValueError, TypeError, AttributeError):
        return _Kept("")
    return _Kept(f"Bearer {token}" if token else "", time.monotonic() + max(lasts - _EARLY, 1.0))


def challenges(header: str) -> list[tuple[str, dict[str, str]]]:
    """Return the kinds of login that a `WWW-Authenticate` offers, in small letters, each with its parameters."""
    starts = [*re.finditer(r"(?:^|,)\s*([A-Za-z]+)(?=\s+\w+\s*=|\s*$)", header)]
    ends = [each.start() for each in starts[1:]] + [len(header)]
    return [
        (
            start[1].lower(),
            {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(header[start.end() : end])},
        )
        for start, end in zip(starts, ends, strict=True)
    ]
