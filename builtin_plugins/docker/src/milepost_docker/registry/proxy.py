"""Web proxies, as the environment names them: HTTPS_PROXY, HTTP_PROXY, NO_PROXY in either spelling."""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPResponse
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from milepost_docker.registry.line import Line, Patience


class Proxy(NamedTuple):
    """Where a proxy listens, and who we are to it."""

    host: str
    port: int
    authorization: str = ""
    """What stands in `Proxy-Authorization`."""


class Place(Protocol):
    """Where a tunnel is to lead."""

    @property
    def host(self) -> str:
        """The machine."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...


def is_loopback(host: str) -> bool:
    """Return whether the host is this very machine."""
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def proxy_for(scheme: str, host: str, port: int, environment: Mapping[str, str]) -> Proxy | None:
    """Return the proxy through which a server is reached; None: directly, as always on this machine."""
    url = _named(f"{scheme}_proxy", environment)
    if not url or is_loopback(host) or _is_excepted(host, port, _named("no_proxy", environment)):
        return None
    parts = urlsplit(url if "//" in url else f"//{url}")
    if not parts.hostname:
        return None
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    authorization = f"Basic {b64encode(login.encode()).decode()}" if login else ""
    return Proxy(parts.hostname, parts.port or 3128, authorization)


def tunnel(sock: socket.socket, proxy: Proxy, place: Place, patience: Patience) -> None:
    """Have the proxy pass everything on to a place. Raises OSError, closing the socket, when it will not."""
    try:
        _open_tunnel(sock, proxy, place, patience)
    except BaseException:
        sock.close()
        raise


def _open_tunnel(sock: socket.socket, proxy: Proxy, place: Place, patience: Patience) -> None:
    line = Line(sock, patience)
    where = f"{place.host}:{place.port}"
    login = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    line.sendall(f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n{login}\r\n".encode())
    response = HTTPResponse(line, method="CONNECT")  # type: ignore[arg-type]  # a line is all that it needs of a socket
    response.begin()
    if response.status != 200:
        raise OSError(f"the proxy {proxy.host}:{proxy.port} answers {response.status} {response.reason}")


def _named(name: str, environment: Mapping[str, str]) -> str:
    """Return a variable by its small or its large name."""
    return environment.get(name) or environment.get(name.upper()) or ""


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Return whether a server is to be reached without a proxy."""
    for each in filter(None, (word.strip().lower() for word in exceptions.split(","))):
        bare = each.lstrip("*").lstrip(".")
        if each == "*" or bare in (host.lower(), f"{host.lower()}:{port}") or host.lower().endswith(f".{bare}"):
            return True
    return False
