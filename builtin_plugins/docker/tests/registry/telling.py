"""A server that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Says:
    """What the server is to answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    """The connection ends before the body does."""
    hang: bool = False
    """Nothing is answered at all."""


@dataclass(frozen=True)
class Seen:
    """What the server was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class TellsServer:
    """A server on loopback that answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self._answers: list[tuple[str, str, list[Says]]] = []
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.on("GET", "/v2/", Says())

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def on(self, method: str, path: str, *answers: Says) -> None:
        """Answer so: one after the other, the last one again and again. What was told later wins."""
        self._answers.insert(0, (method, path, list(answers)))

    def paths(self, method: str) -> list[str]:
        return [each.path for each in self.seen if each.method == method]

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        self.seen.append(Seen(handler.command, handler.path, dict(handler.headers), body))
        says = self._find(handler.command, handler.path)
        if says.hang:
            self._over.wait(30)
            handler.close_connection = True
            return
        handler.send_response(says.status)
        for name, value in says.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(says.body) + (100 if says.cut else 0)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(says.body)
        handler.close_connection = handler.close_connection or says.cut

    def _find(self, method: str, path: str) -> Says:
        for its_method, pattern, answers in self._answers:
            if its_method == method and re.fullmatch(pattern, path):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return Says(404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def handle(self) -> None:
                # Who begins with TLS is told at once that it is not spoken here.
                if self.connection.recv(1, socket.MSG_PEEK) != b"\x16":
                    super().handle()

            def __getattr__(self, name: str) -> Callable[[], None]:
                if name.startswith("do_"):
                    return partial(outer.answer, self)
                raise AttributeError(name)

            def log_message(self, format: str, *arguments: object) -> None:
                """Keep quiet."""

        return Handler
