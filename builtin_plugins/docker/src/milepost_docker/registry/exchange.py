"""One request and its answer over HTTP: connections that are used again, TLS, proxies, and no retry of anything."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urljoin, urlsplit

from milepost_docker.registry.line import Line, Patience, dial, secured
from milepost_docker.registry.proxy import Proxy, proxy_for, tunnel
from milepost_docker.registry.trust import Trust

PORTS = {"http": 80, "https": 443}
PIECE = 1 << 16
SLOWER = 10
"""How many times as long a server may be silent that has a lot to do."""
MOST_TEXT = 1 << 16
"""Bytes of an answer that is read for what it says of an error."""


class Origin(NamedTuple):
    """Whom one speaks to: what may be told to one is not told to another."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return the origin of a URL. Raises ValueError where it has none."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a web server")
        return cls(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme])


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a server."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""
    length: int | None = None
    """Bytes of a body that comes in pieces."""
    is_slow: bool = False
    """Whether the server may have to do a lot before it answers."""

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be sent again: a body in pieces is gone."""
        return isinstance(self.body, bytes)


class Answer:
    """What a server answered; to be closed, or used as a context."""

    def __init__(self, url: str, response: http.client.HTTPResponse, connection: http.client.HTTPConnection) -> None:
        self.url, self.status, self.headers = url, response.status, response.headers
        self._response, self._connection = response, connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(spoilt=error is not None)

    def read(self, most: int) -> bytes:
        """Return the body, at the most so many bytes of it and one more. Raises OSError, http.client.HTTPException."""
        return self._response.read(most + 1)

    def pieces(self) -> Iterator[bytes]:
        """Yield the body. Raises OSError, and http.client.IncompleteRead when it ends too early."""
        while piece := self._response.read(PIECE):
            yield piece
        # Asked for a number of bytes, http.client takes a connection that was cut for an end.
        if self._response.length:
            raise http.client.IncompleteRead(b"", self._response.length)

    def text(self) -> str:
        """Return the beginning of the body as text."""
        return self._response.read(MOST_TEXT).decode(errors="replace")

    @property
    def retry_after(self) -> int:
        """Seconds to wait before the next try, where the server names them; else 0."""
        after = self.headers.get("Retry-After") or ""
        return int(after) if after.isdecimal() else 0

    def location(self) -> str | None:
        """Return where it points to."""
        location = self.headers.get("Location")
        return urljoin(self.url, location) if location else None

    def close(self, *, spoilt: bool = False) -> None:
        """Let go of it. The connection goes on where little of the answer is left to read."""
        try:
            if not spoilt and (self._response.length or 0) <= MOST_TEXT:
                self._response.read(MOST_TEXT)
        except (OSError, http.client.HTTPException):
            spoilt = True
        finally:
            if spoilt or not self._response.isclosed():
                self._connection.close()
            self._response.close()


class Wire:
    """Connections to servers, one to each at a time."""

    def __init__(self, patience: Patience, trust: Trust, environment: Mapping[str, str]) -> None:
        self._patience, self._trust, self._environment = patience, trust, environment
        self._connections: dict[Origin, http.client.HTTPConnection] = {}
        self._contexts: dict[Origin, ssl.SSLContext] = {}

    def close(self) -> None:
        """End all connections."""
        for each in self._connections.values():
            each.close()
        self._connections.clear()

    def send(self, request: Request) -> Answer:
        """Return the answer. Raises OSError (TimeoutError after a silence, ssl.SSLError), http.client.HTTPException."""
        self._patience.factor = SLOWER if request.is_slow else 1
        origin = Origin.of(request.url)
        connection = self._connections.get(origin)
        if connection is None or connection.sock is None:
            return self._anew(origin, request)
        try:
            return _ask(connection, request, self._target(origin, request.url))
        except (ConnectionError, http.client.RemoteDisconnected):
            # It was open from before, and servers close what nobody uses: that says nothing of this request.
            if not request.is_repeatable:
                raise
            return self._anew(origin, request)

    def _anew(self, origin: Origin, request: Request) -> Answer:
        """Ask on a connection of its own."""
        connection = http.client.HTTPConnection(origin.host, origin.port)
        # The header `Host` is a part of what signed addresses of storages are signed for: no port where none is said.
        connection.default_port = PORTS[origin.scheme]
        # Of all that http.client does with a socket, a line can do what it needs.
        connection.sock = self._line(origin)
        connection.auto_open = False
        self._connections[origin] = connection
        return _ask(connection, request, self._target(origin, request.url))

    def _line(self, origin: Origin) -> Line:
        """Return a connection to that server, through the proxy that the environment names for it."""
        proxy = self._proxy(origin)
        at = proxy or origin
        sock = dial(at.host, at.port, self._patience)
        if origin.scheme == "https":
            if proxy:
                tunnel(sock, proxy, origin, self._patience)
            sock = self._secured(sock, origin)
        return Line(sock, self._patience)

    def _secured(self, sock: socket.socket, origin: Origin) -> socket.socket:
        """Return the socket with TLS around it; it is closed when that fails."""
        try:
            if origin not in self._contexts:
                # To read the system's certificates takes longer than many a request.
                self._contexts[origin] = self._trust.context(origin.host, origin.port)
        except BaseException:
            sock.close()
            raise
        return secured(sock, self._contexts[origin], origin.host, self._patience)

    def _proxy(self, origin: Origin) -> Proxy | None:
        return proxy_for(origin.scheme, origin.host, origin.port, self._environment)

    def _target(self, origin: Origin, url: str) -> str:
        """Return what the first line of the request names: a proxy without a tunnel wants the whole URL."""
        if origin.scheme == "http" and self._proxy(origin):
            return url
        parts = urlsplit(url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _ask(connection: http.client.HTTPConnection, request: Request, target: str) -> Answer:
    """Send a request and return its answer; the connection is closed when that fails."""
    try:
        connection.putrequest(request.method, target, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        _send_body(connection, request)
        return Answer(request.url, connection.getresponse(), connection)
    except BaseException:
        connection.close()
        raise


def _send_body(connection: http.client.HTTPConnection, request: Request) -> None:
    """End the headers and send what belongs to the request."""
    length = len(request.body) if isinstance(request.body, bytes) else request.length
    if length or request.method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(length or 0))
    connection.endheaders()
    for piece in (request.body,) if isinstance(request.body, bytes) else request.body:
        connection.send(piece)
