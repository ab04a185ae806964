"""The supervisor of one deployment: one thread that waits for ends, output, questions and time."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

from milepost_local.identity import Identity
from milepost_local.place import Place, Record, ReplicaRecord, write_record
from milepost_local.supervisor_log import Log
from milepost_local.supervisor_mask import Mask
from milepost_local.supervisor_replica import Replica
from milepost_local.supervisor_socket import answer, listen
from milepost_local.supervisor_spec import Spec

_LOOK_AROUND = 5.0
"""Seconds between two looks whether the deployment's folder is still there: somebody may have removed it by hand."""
_WHILE_STOPPING = 0.02
"""Seconds between two looks at processes that were asked to end."""


class Supervisor:
    """Keeps the replicas of a deployment running until it is told to stop."""

    def __init__(self, place: Place, spec: Spec, me: Identity, launcher: str) -> None:
        self._place, self._spec, self._me = place, spec, me
        mask = Mask([*(spec.env[name] for name in spec.secrets if name in spec.env), *spec.hidden])
        self._logs = {
            name: Log(place.log / f"{name}.log", spec.log_size, spec.log_files, mask)
            for name in (f"{spec.name}.{number}" for number in range(1, spec.replicas + 1))
        }
        self._replicas = [Replica(name, spec, log, launcher) for name, log in self._logs.items()]
        self._selector = selectors.DefaultSelector()
        self._asked_to_stop = False
        self._kill_at: float | None = None

    def run(self) -> None:
        """Start the replicas and keep them until asked to stop; return when no process is left. Raises OSError."""
        self._record()
        server = listen(Path(self._spec.socket))
        self._selector.register(server, selectors.EVENT_READ, partial(self._answer, server))
        wake = self._hear_signals()
        try:
            while self._kill_at is None or any(each.is_running for each in self._replicas):
                self._tend(time.monotonic())
                for key, _ in self._selector.select(self._patience(time.monotonic())):
                    key.data()
            self._record()
        finally:
            Path(self._spec.socket).unlink(missing_ok=True)
            signal.set_wakeup_fd(-1)
            self._close(server, *wake)

    def _close(self, *sockets: socket.socket) -> None:
        """Let go of all that is open."""
        for each in sockets:
            each.close()
        self._selector.close()
        for log in self._logs.values():
            log.close()

    def _hear_signals(self) -> tuple[socket.socket, socket.socket]:
        """Have signals end the waiting: the end of a child, and the wish to stop."""
        heard, told = socket.socketpair()
        heard.setblocking(False)
        told.setblocking(False)
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._ask_to_stop())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._selector.register(heard, selectors.EVENT_READ, lambda: heard.recv(4096))
        return heard, told

    def _ask_to_stop(self) -> None:
        self._asked_to_stop = True

    def _patience(self, now: float) -> float:
        """Return how long nothing needs to be done, in seconds."""
        if self._asked_to_stop:
            return _WHILE_STOPPING
        due = [each.due for each in self._replicas if each.due is not None]
        return max(0.0, min([*due, now + _LOOK_AROUND]) - now)

    def _tend(self, now: float) -> None:
        """Do all that is to be done now."""
        if self._place.doomed.exists() or not self._place.root.exists():
            self._asked_to_stop = True
        if self._asked_to_stop and self._kill_at is None:
            self._begin_to_stop(now)
        self._bury_ended(now)
        if self._kill_at is None:
            self._start_due(now)
        elif now >= self._kill_at:
            for each in self._replicas:
                each.signal(signal.SIGKILL)

    def _bury_ended(self, now: float) -> None:
        """Take note of the replicas that have ended."""
        for each in self._replicas:
            if each.has_ended() and not self._waits_for_company(each, now):
                self._forget_pipes(each)
                each.bury(now, restart=self._kill_at is None)

    def _forget_pipes(self, replica: Replica) -> None:
        """Wait for nothing more on the replica's pipes."""
        for pipe, _ in replica.pipes:
            if pipe in self._selector.get_map():
                self._selector.unregister(pipe)

    def _begin_to_stop(self, now: float) -> None:
        """Ask all replicas to end, and start none again."""
        self._kill_at = now + self._spec.stop_timeout
        for each in self._replicas:
            each.due = None
            each.signal(self._spec.stop_signal)

    def _waits_for_company(self, replica: Replica, now: float) -> bool:
        """Whether processes that the replica's own process left behind may still finish their work."""
        return self._kill_at is not None and now < self._kill_at and replica.has_company()

    def _start_due(self, now: float) -> None:
        """Start the replicas whose time has come."""
        for each in self._replicas:
            if each.due is not None and each.due <= now:
                taken = frozenset(other.port for other in self._replicas if other.port)
                each.start(now, taken, self._record)
                for pipe, stream in each.pipes:
                    self._selector.register(pipe, selectors.EVENT_READ, self._reading(each, pipe, stream))

    def _reading(self, replica: Replica, pipe: IO[bytes], stream: str) -> Callable[[], None]:
        """Return what to do when the replica has printed something."""

        def read() -> None:
            if not replica.read(pipe, stream):
                self._selector.unregister(pipe)

        return read

    def _record(self) -> None:
        """Write down which processes run. Raises OSError."""
        replicas = tuple(ReplicaRecord(each.name, each.identity, each.port) for each in self._replicas if each.identity)
        write_record(self._place, Record(self._me, self._spec.socket, replicas))

    def _answer(self, server: socket.socket) -> None:
        answer(server, self._told)

    def _told(self, question: str) -> dict[str, Any]:
        """Return the answer to a client's question, as JSON values."""
        if question == "stop":
            self._ask_to_stop()
        if question == "prove":
            self._prove()
        if question == "env":
            return {"env": self._spec.env, "secrets": self._spec.secrets}
        now = time.monotonic()
        replicas = [each.told(now) for each in self._replicas]
        return {"pid": os.getpid(), "replicas": replicas, "stopping": self._asked_to_stop}

    def _prove(self) -> None:
        """Take note that all replicas were ready: they keep their ports, and their first ends do not count."""
        for each in self._replicas:
            each.proven, each.exits = True, 0
