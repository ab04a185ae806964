"""A small HTTP app for the tests: it says its name, at once, slowly, in pieces, or over a switched protocol."""

from __future__ import annotations

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = sys.argv[1]


class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, seconds = self.path.lstrip("/").partition("/")
        if path == "slow":
            time.sleep(float(seconds))
        if path == "stream":
            self.stream(float(seconds))
        elif path == "upgrade":
            self.upgrade()
        elif path == "fail":
            self.answer(500, NAME)
        elif path == "drop":
            self.close_connection = True
            NOTED.append(self.command)
        else:
            self.answer(200, {"pid": str(os.getpid()), "noted": ",".join(NOTED)}.get(path, NAME))

    def do_HEAD(self) -> None:
        self.answer(200, NAME)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/drop":
            NOTED.append(self.command)
            self.close_connection = True
            return
        self.answer(200, f"{NAME} {body.decode()}")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def stream(self, seconds: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(10):
            self.wfile.write(f"{len(NAME):x}\r\n{NAME}\r\n".encode())
            time.sleep(seconds / 10)
        self.wfile.write(b"0\r\n\r\n")

    def upgrade(self) -> None:
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "echo")
        self.end_headers()
        while line := self.rfile.readline():
            self.wfile.write(NAME.encode() + b" " + line)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        return


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


NOTED: list[str] = []
server = Server(("127.0.0.1", 0), App)
sys.stdout.write(f"{server.server_port}\n")
sys.stdout.flush()
server.serve_forever()
