"""An engine that is none: it listens on a socket and answers as a test tells it to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from milepost_docker.engine.config import ClientConfig

VERSION = b'{"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10"}'

Behaviour = Callable[[socket.socket, bytes], None]
"""What to do with a connection on which this was asked."""


def http(status: int, body: bytes, kind: str = "application/json") -> bytes:
    """Return an answer as it goes over the line."""
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


@dataclass
class FakeEngine:
    """Answers each request with what its path begins with; `/version` as an engine does."""

    path: Path
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The first lines of all requests."""

    @property
    def config(self) -> ClientConfig:
        """How to reach it."""
        return ClientConfig(host=f"unix://{self.path}", timeout=2.0)

    def answer(self, path: str, status: int, body: bytes = b"{}") -> None:
        """Answer requests for a path with a status and a body."""
        self.behaviours[path] = lambda line, _: line.sendall(http(status, body))

    def serve(self, line: socket.socket) -> None:
        """Serve one connection."""
        with line:
            asked = line.recv(65536)
            first = asked.partition(b"\r\n")[0].decode()
            self.asked.append(first)
            target = first.split(" ")[1]
            path = next((each for each in self.behaviours if target.endswith(each) or f"{each}?" in target), None)
            if path is not None:
                self.behaviours[path](line, asked)
            elif target == "/version":
                line.sendall(http(200, VERSION))


def hang(line: socket.socket, _: bytes) -> None:
    """Answer nothing until the other side goes away."""
    line.settimeout(30)
    line.recv(1)


def hold(line: socket.socket, asked: bytes) -> None:
    """Begin an answer, and never end it."""
    piece = b'{"status": "begun"}\n'
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(piece), piece))
    hang(line, asked)


def die(line: socket.socket, _: bytes) -> None:
    """Go away in the middle of an answer."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
