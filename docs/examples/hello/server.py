"""A small web app: it greets, and says at /healthz that it is ready."""

from __future__ import annotations

import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = os.environ.get("GREETING", "Hello")


class Hello(BaseHTTPRequestHandler):
    """Answers each request with one line of text."""

    protocol_version = "HTTP/1.1"
    timeout = 5  # an idle connection does not hold up the end for longer

    def do_GET(self) -> None:
        """Greet whoever is named in the path."""
        if self.path == "/healthz":
            self.answer(200, "ready\n")
        else:
            self.answer(200, f"{GREETING}, {self.path.strip('/') or 'world'}!\n")

    def answer(self, status: int, text: str) -> None:
        """Send the text."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve() -> None:
    """Serve on the port that milepost chose, until asked to end; what has begun is finished first."""
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Hello)
    server.daemon_threads = False

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    serve()
