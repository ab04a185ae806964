"""Clients that ask without a pause and try nothing twice: what fails them would fail people."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

PATHS = ("/", "/", "/", "/slow/0.05", "/", "/", "/stream/0.1", "/")


class Load:
    """What clients got, whom it came from, and what failed them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self._over = threading.Event()

    @contextmanager
    def clients(self, fresh: int = 4, kept: int = 4, pause: float = 0.0) -> Iterator[None]:
        """Let so many clients ask, each on fresh connections or on a kept one, while the context lasts."""
        asks = [(True, number) for number in range(kept)] + [(False, number) for number in range(fresh)]
        threads = [threading.Thread(target=self._client, args=(*each, pause)) for each in asks]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _client(self, keep: bool, number: int, pause: float) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self._over.is_set():
            path = PATHS[number % len(PATHS)]
            try:
                self._ask(connection, path)
            except (OSError, HTTPException, AssertionError) as error:
                self.failures.append(f"{path} kept={keep}: {error!r}")
                connection.close()
            if not keep:
                connection.close()
            number += 1
            time.sleep(pause)
        connection.close()

    def _ask(self, connection: HTTPConnection, path: str) -> None:
        connection.request("POST" if path == "/post" else "GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        assert response.status == 200, f"{response.status} {body}"
        times = 10 if path.startswith("/stream") else 1
        name = body[: len(body) // times]
        assert body == name * times, body
        self.answers[name] += 1
