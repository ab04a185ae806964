"""What a client gets at an app's public address, and how long its certificate lasts."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple

from milepost.sdk import Health, Step
from milepost_caddy.https import subjects
from milepost_caddy.proxying import OWN_ANSWER
from milepost_caddy.route import Route
from milepost_caddy.traffic import Traffic

_PATIENCE = 10.0
"""How long the public port may take to answer a look at it, in seconds."""
_SOON = timedelta(days=14)
"""How long before its end a certificate that nobody renews by itself is worth a word."""
_TIMES = re.compile(rb"\x17\x0d(\d{12})Z|\x18\x0f(\d{14})Z")
"""The two kinds of times in a certificate; the first one is its begin, the second one its end."""


class Answer(NamedTuple):
    """What a look at the public address found."""

    status: int
    by_caddy: bool
    """Whether Caddy answered in the app's place."""
    expires: datetime | None
    """Until when the certificate is good."""


class _Unverified(HTTPSConnection):
    """HTTPS to an address under another name; whoever answers is looked at, not trusted."""

    certificate: bytes | None = None
    """What was shown, once connected."""

    def __init__(self, route: Route) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        super().__init__(route.reachable, route.port, timeout=_PATIENCE, context=context)
        self._context, self._name = context, subjects(route)[0].replace("*", "www")

    def connect(self) -> None:
        """Connect, and ask for the certificate of the app's name."""
        plain = socket.create_connection((self.host, self.port), _PATIENCE)
        secure = self._context.wrap_socket(plain, server_hostname=self._name)
        self.sock, self.certificate = secure, secure.getpeercert(binary_form=True)


def asked(route: Route, now: Traffic, step: Step) -> Health:
    """Return how the app answers at its public address."""
    path = step.facts.health.path
    method, path = ("GET", path) if path else ("HEAD", "/")
    try:
        answer = ask(route, method, _within(route, path))
    except (OSError, HTTPException) as error:
        return Health(name="down", message=f"{method} {path} at {route.address}: {error or type(error).__name__}")
    if answer.by_caddy:
        return Health(name="down", message=f"Caddy runs, and nothing behind it answers {method} {path}")
    if answer.status >= 500:
        return Health(name="alive", message=f"{method} {path} at {route.address} answers {answer.status}")
    share = f"; {now.share.deployment} gets {now.share.weight} %" if now.share else ""
    return Health(name="ready", message=f"public at {route.address}{share}", warnings=(*_ending(route, answer, step),))


def ask(route: Route, method: str, path: str) -> Answer:
    """Return what a client gets. Raises OSError or HTTPException where that is nothing."""
    connection = _Unverified(route) if route.tls else HTTPConnection(route.reachable, route.port, timeout=_PATIENCE)
    host = {"Host": route.hosts[0].replace("*", "www")} if route.hosts else {}
    try:
        connection.request(method, path, headers=host)
        response = connection.getresponse()
        expires = expiry(connection.certificate) if isinstance(connection, _Unverified) else None
        return Answer(response.status, response.getheader(OWN_ANSWER) is not None, expires)
    finally:
        connection.close()


def expiry(certificate: bytes | None) -> datetime | None:
    """Return until when a certificate (DER) is good."""
    times = _TIMES.findall(certificate or b"")
    if len(times) < 2:
        return None
    short, long = times[1]
    text = (long or b"20" + short).decode()
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _ending(route: Route, answer: Answer, step: Step) -> Iterator[str]:
    """Yield a warning if the certificate is not good for much longer, or is not any more."""
    if answer.expires is None or route.tls is None:
        return
    left = answer.expires - step.now()
    if left <= timedelta():
        yield f"the certificate has expired on {answer.expires:%Y-%m-%d}"
    elif route.tls.by == "files" and left < _SOON:
        yield f"the certificate expires on {answer.expires:%Y-%m-%d}; nobody but you renews it"


def _within(route: Route, path: str) -> str:
    """Return the path of the app as the public asks for it."""
    return path if not route.strip_prefix else f"{route.strip_prefix.rstrip('/')}{path}"
