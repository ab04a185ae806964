"""The cable between a machine and a server: a proxy on loopback that can be cut, with all who talk, and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Cable:
    """Passes on what comes to `port` to another port."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._is_cut = False
        self._passes = threading.Event()
        self._passes.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all that talk, and let nobody through from now on."""
        with self._guard:
            self._is_cut = True
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def hush(self) -> None:
        """Pass nothing on from now on, and tell nobody: those who talk wait for an answer in vain."""
        self._passes.clear()

    def mend(self) -> None:
        """Let them through again; those that waited in vain are gone."""
        if not self._passes.is_set():
            self.cut()
            self._passes.set()
        with self._guard:
            self._is_cut = False

    def close(self) -> None:
        """Listen no more."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, self._kept(caller) as is_through:
            if is_through:
                with contextlib.suppress(OSError):
                    self._connect(caller)

    def _connect(self, caller: socket.socket) -> None:
        """Pass on what a caller and the server say to each other."""
        with socket.create_connection(("127.0.0.1", self._target)) as server, self._kept(server):
            back = threading.Thread(target=_pass_on, args=(server, caller, self._passes), daemon=True)
            back.start()
            _pass_on(caller, server, self._passes)
            back.join()

    @contextlib.contextmanager
    def _kept(self, end: socket.socket) -> Iterator[bool]:
        with self._guard:
            self._open.add(end)
            is_through = not self._is_cut
        try:
            yield is_through
        finally:
            with self._guard:
                self._open.discard(end)


def _pass_on(source: socket.socket, target: socket.socket, passes: threading.Event) -> None:
    """Pass on all bytes until one end is closed."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            passes.wait()
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
