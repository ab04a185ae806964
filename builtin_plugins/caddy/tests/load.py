"""Clients that ask without a rest and try nothing twice: what fails them would fail people."""

from __future__ import annotations

import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

PATHS = ("/", "/", "/slow/0.05", "/", "/", "/stream/0.1")


class Load:
    """What clients got, and what failed them."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self._url = urlsplit(url)
        self._over = threading.Event()

    @contextmanager
    def clients(self, fresh: int = 4, kept: int = 4, pause: float = 0.0) -> Iterator[None]:
        """Let so many clients ask, on fresh connections or each on a kept one, while the context lasts."""
        kinds = [False] * fresh + [True] * kept
        threads = [threading.Thread(target=self._client, args=(*each, pause)) for each in enumerate(kinds)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _client(self, number: int, keeps: bool, pause: float) -> None:
        connection = connection_to(self._url.scheme, self._url.port)
        used = None
        while not self._over.is_set():
            number += 1
            path = PATHS[number % len(PATHS)]
            try:
                self._ask(connection, path)
            except (OSError, HTTPException, AssertionError) as error:
                which = "new" if used is None else "used"
                self.failures.append(f"{path} on a {which} connection: {error!r}")
                connection.close()
            if not keeps:
                connection.close()
            used = connection.sock
            time.sleep(pause)
        connection.close()

    def _ask(self, connection: HTTPConnection, path: str) -> None:
        connection.request("GET", self._url.path.rstrip("/") + path, headers={"Host": self._url.netloc})
        response = connection.getresponse()
        body = response.read().decode()
        assert response.status == 200, f"{response.status} {body}"
        pieces = 10 if path.startswith("/stream") else 1
        name = body[: len(body) // pieces]
        assert body == name * pieces, body
        self.answers[name] += 1


def connection_to(scheme: str, port: int | None) -> HTTPConnection:
    """Return a connection to a port of this machine, whose certificate is taken as it is."""
    if scheme == "http":
        return HTTPConnection("127.0.0.1", port, timeout=30)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection("127.0.0.1", port, timeout=30, context=context)


def main() -> None:
    """Load the URL that is given, in a process of its own, until standard input closes; then tell."""
    load = Load(sys.argv[1])
    with load.clients(*map(int, sys.argv[2:4]), float(sys.argv[4])):
        sys.stdout.write("loading\n")
        sys.stdout.flush()
        sys.stdin.read()
    sys.stdout.write("\n".join([str(sum(load.answers.values())), *load.failures]))


if __name__ == "__main__":
    main()
