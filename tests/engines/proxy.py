"""A TCP proxy for tests that cuts, stalls and swallows: what networks do between a program and its server."""

from __future__ import annotations

import random
import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

BITE = 65536
LOOK_AGAIN = 0.02
"""Seconds between two looks at what the proxy is to do."""


class Weather(Enum):
    """What the proxy does with what comes in."""

    FAIR = "all gets through"
    STALLED = "nothing gets through, and nothing is closed"
    DEAF = "what the program sends gets through, the answers do not"
    SLOW = "all gets through, a piece at a time"
    CUT = "each connection is reset at once"
    STORMY = "connections break at any moment: before what was asked gets through, before the answer does, half"


class Proxy:
    """Passes connections on to a port of this machine, as the weather permits."""

    def __init__(self, target: int) -> None:
        self.weather = Weather.FAIR
        self.dice = random.Random(5)
        self.odds = 0.1
        """In a storm, how likely a message breaks its connection."""
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def close(self) -> None:
        """End all connections and threads."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        """Take connections until the end."""
        while not self._over.is_set():
            if select.select([self._listener], [], [], LOOK_AGAIN)[0]:
                client, _ = self._listener.accept()
                if self.weather is Weather.CUT:
                    _reset(client)
                    continue
                thread = threading.Thread(target=self._pass_on, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, client: socket.socket) -> None:
        """Pass one connection on until somebody ends it."""
        server = socket.create_connection(("127.0.0.1", self._target))
        try:
            while not self._over.is_set() and self.weather is not Weather.CUT:
                if not all(self._moved(source, client, server) for source in self._spoken(client, server)):
                    return
        finally:
            _reset(client)
            _reset(server)

    def _spoken(self, client: socket.socket, server: socket.socket) -> list[socket.socket]:
        """Return which sides have said something, after waiting for it for an instant."""
        if self.weather is Weather.STALLED:
            self._over.wait(LOOK_AGAIN)
            return []
        return select.select([client, server], [], [], LOOK_AGAIN)[0]

    def _moved(self, source: socket.socket, client: socket.socket, server: socket.socket) -> bool:
        """Pass on what has come from one side and return whether the connection still stands."""
        with suppress(OSError):
            data = source.recv(BITE)
            asked = source is client
            if not data:
                return False
            if self.weather is Weather.STORMY and self.dice.random() < self.odds:
                return self._broken(data, asked, client, server)
            if self.weather is Weather.SLOW:
                self._over.wait(LOOK_AGAIN)
            if asked:
                server.sendall(data)
            elif self.weather is not Weather.DEAF:
                client.sendall(data)
            return True
        return False

    def _broken(self, data: bytes, asked: bool, client: socket.socket, server: socket.socket) -> bool:
        """Break the connection at some moment of a message; False, since it stands no more."""
        much = self.dice.choice((0, len(data) // 2, len(data)))
        (server if asked else client).sendall(data[:much])
        if asked and much == len(data):
            # The server does what it was asked for, and nobody hears of it.
            select.select([server], [], [], 0.2)
        elif self.dice.random() < 0.5:
            with suppress(OSError):
                client.shutdown(socket.SHUT_WR)
            self._over.wait(LOOK_AGAIN)
        return False


@contextmanager
def proxied(target: int) -> Iterator[Proxy]:
    """Give a proxy to that port."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()


def _reset(connection: socket.socket) -> None:
    """Close a connection so that the other side hears of it as of a break."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
