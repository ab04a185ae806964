"""The SDK's client on sockets of our own: TLS and tunnels as the address says, and each known to the guard."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from docker import APIClient
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

Dial = Callable[[], socket.socket]
"""Opens a connection to the engine."""
LINES = 32
"""How many connections are kept for the next request: replicas whose logs are followed have one each."""


def client(dial: Dial, version: str, timeout: float) -> APIClient:
    """Return the SDK's client, all of whose requests go over sockets that `dial` opens."""
    # The address is for the SDK's own adapter, which is replaced: nothing is opened there.
    made = APIClient(base_url="unix:///var/run/docker.sock", version=version, timeout=timeout)  # type: ignore[arg-type]  # seconds may have a fraction; the stubs say int
    made.trust_env = False
    made.mount("http+docker://", _Adapter(dial))
    return made


class _Adapter(HTTPAdapter):
    """Takes every request to the engine, wherever its URL seems to lead, and no proxy."""

    def __init__(self, dial: Dial) -> None:
        self._pool = _Pool(dial)
        super().__init__()

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        return self._pool

    def get_connection(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        return self._pool

    def request_url(self, request: Any, proxies: Any) -> str:
        return str(request.path_url)

    def close(self) -> None:
        self._pool.close()
        super().close()


class _Pool(HTTPConnectionPool):
    """Connections to one engine."""

    def __init__(self, dial: Dial) -> None:
        super().__init__("localhost", maxsize=LINES)
        self._dial = dial

    def _new_conn(self) -> _Connection:
        return _Connection(self._dial)


class _Connection(HTTPConnection):
    """One connection, opened by `dial`."""

    def __init__(self, dial: Dial) -> None:
        super().__init__("localhost")
        self._dial = dial

    def connect(self) -> None:
        """Connect to the engine."""
        self.sock = self._dial()
