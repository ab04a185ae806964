"""Clients of a web app, as a program of their own: `load.py URL`; they ask until standard input closes, then report.

Eight at once and no request is tried twice: four keep their connection, four open a new one for each
request; among each kind one asks for what is slow and one for what is streamed. The report is JSON:
how many requests each kind of client made, and each failure in words.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

PATHS = ("/", "/plain", "/slow", "/stream")
PIECES = b"piece" * 5


class Client(threading.Thread):
    """One client, which asks again as soon as it was answered."""

    def __init__(self, place: str, path: str, keeps: bool, report: Report) -> None:
        super().__init__()
        self._place, self._path, self._keeps, self._report = place, path, keeps, report

    def run(self) -> None:
        """Ask until it is time to stop."""
        connection = http.client.HTTPConnection(self._place, timeout=30)
        while not self._report.enough.is_set():
            if not self._keeps:
                connection.close()
            self._report.note(self._path, self._keeps, self._ask(connection))
            time.sleep(0.005)
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> str | None:
        """Send one request and return what went wrong."""
        try:
            connection.request("GET", self._path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return f"{type(error).__name__}: {error}"
        if answer.status != 200:
            return f"{answer.status} {body[:80]!r}"
        if self._path == "/stream" and body != PIECES:
            return f"half an answer: {body!r}"
        return None if body else "an empty answer"


class Report:
    """What all clients saw."""

    def __init__(self) -> None:
        self.enough = threading.Event()
        self._guard = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._failures: list[str] = []

    def note(self, path: str, keeps: bool, failure: str | None) -> None:
        """Count one request."""
        kind = f"{'kept' if keeps else 'fresh'} {path}"
        with self._guard:
            self._counts[kind] += 1
            if failure is not None:
                self._failures.append(f"{time.time():.3f} {kind}: {failure}")

    def text(self) -> str:
        """Return the report as JSON."""
        return json.dumps({"counts": self._counts, "failures": self._failures})


def main(url: str) -> None:
    """Run all clients until standard input closes."""
    report = Report()
    clients = [Client(urlsplit(url).netloc, path, keeps, report) for path in PATHS for keeps in (True, False)]
    for each in clients:
        each.start()
    sys.stdin.read()
    report.enough.set()
    for each in clients:
        each.join()
    sys.stdout.write(report.text())


if __name__ == "__main__":
    main(sys.argv[1])
