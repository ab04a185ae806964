"""One replica of a deployment: its process, how often it ended, and when it is to start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from milepost_local.identity import MARK, Identity, group, identify
from milepost_local.supervisor_launch import CANNOT_START
from milepost_local.supervisor_log import Lines, Log
from milepost_local.supervisor_ports import free_port
from milepost_local.supervisor_spec import Spec

LONG_ENOUGH = 60.0
"""Seconds after which a process that ends is no longer counted with the ends before it."""
_FIRST_DELAY_UNPROVEN, _FIRST_DELAY, _LONGEST_DELAY = 0.1, 0.5, 30.0
_PIECE = 64 * 1024


class Replica:
    """A process that is started again whenever it ends."""

    def __init__(self, name: str, spec: Spec, log: Log, launcher: str) -> None:
        self.name, self.port = name, None if not spec.ports else 0
        self._spec, self._log, self._launcher = spec, log, launcher
        self._process: subprocess.Popen[bytes] | None = None
        self.identity: Identity | None = None
        self.exits = 0
        """How often it ended in a row, each time soon after its start."""
        self.last_exit: int | None = None
        self.started = 0.0
        self.due: float | None = 0.0
        """When it is to start; None while it runs, and when it is not to start any more."""
        self.proven = False
        """Whether it was ready once: from then on it keeps its port."""

    @property
    def is_running(self) -> bool:
        """Whether it has a process."""
        return self._process is not None

    @property
    def pipes(self) -> tuple[tuple[IO[bytes], str], ...]:
        """What it prints on, and as which stream."""
        process = self._process
        if process is None or process.stdout is None or process.stderr is None:
            return ()
        return (process.stdout, "stdout"), (process.stderr, "stderr")

    def start(self, now: float, taken: frozenset[int], record: Callable[[], None]) -> None:
        """Start the process; it runs only after `record` has returned, and never if that raises OSError."""
        if self.port is not None and not (self.proven and self.port):
            self.port = free_port(taken)
        waiting, gate = os.pipe()
        self._process = self._spawned(waiting)
        os.close(waiting)
        self._lines = {stream: Lines(self._log.mask) for stream in ("stdout", "stderr")}
        self.identity, self.started, self.due = identify(self._process.pid), now, None
        for pipe, _ in self.pipes:
            os.set_blocking(pipe.fileno(), False)
        try:
            record()
            os.write(gate, b"g")
        except OSError as error:
            self._log.write(f"[milepost] {self.name} was not started: {error}".encode(), "stderr")
        finally:
            os.close(gate)

    def read(self, pipe: IO[bytes], stream: str) -> bool:
        """Pass on what it printed; return whether more may come."""
        try:
            piece = os.read(pipe.fileno(), _PIECE)
        except BlockingIOError:
            return True
        self._write(self._lines[stream].add(piece), stream)
        return bool(piece)

    def has_ended(self) -> bool:
        """Whether its process has ended; its remains keep the process id from being used again."""
        if self._process is None:
            return False
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self._process.poll() is not None
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def has_company(self) -> bool:
        """Whether processes of its group run without it."""
        return self._process is not None and bool(group(self._process.pid))

    def signal(self, number: int) -> None:
        """Send a signal to the process and all of its group."""
        if self._process is not None:
            # macOS forbids it where only remains are left.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def bury(self, now: float, restart: bool) -> None:
        """Take note of the end of the process, end what is left of its group, and say when to start again."""
        assert self._process is not None
        self.signal(signal.SIGKILL)
        self.last_exit = self._process.wait()
        self._drain()
        self.exits = 1 if now - self.started >= LONG_ENOUGH else self.exits + 1
        self._process, self.identity = None, None
        if restart and self._may_restart():
            first = _FIRST_DELAY if self.proven else _FIRST_DELAY_UNPROVEN
            self.due = now + min(_LONGEST_DELAY, first * 2 ** (self.exits - 1))
        told = f"in {self.due - now:g} s it starts again" if self.due is not None else "it is not started again"
        self._log.write(f"[milepost] {self.name} {ended(self.last_exit)}; {told}".encode(), "stderr")

    def _may_restart(self) -> bool:
        """Whether it is worth another try."""
        limit = self._spec.restart_limit
        could_not_start = self.last_exit == CANNOT_START and not self.proven
        return not could_not_start and (limit is None or self.exits <= limit)

    def told(self, now: float) -> dict[str, Any]:
        """Return how it is, as JSON values."""
        state = "running" if self.is_running else "failed" if self.due is None else "waiting"
        return {
            "name": self.name,
            "state": state,
            "pid": self.identity.pid if self.identity else 0,
            "port": self.port,
            "exits": self.exits,
            "last_exit": self.last_exit,
            "uptime": now - self.started if self.is_running else 0.0,
            "due_in": max(0.0, self.due - now) if self.due is not None else 0.0,
        }

    def _spawned(self, gate: int) -> subprocess.Popen[bytes]:
        """Return the process, which waits at the gate."""
        spec = self._spec
        port = {"PORT": str(self.port)} if self.port is not None else {}
        limits = ["-" if each is None else str(each) for each in spec.limits]
        interpreter = [os.path.realpath(sys.executable), "-I", "-S", "-c", self._launcher]
        return subprocess.Popen(
            [*interpreter, str(os.getpid()), str(gate), *limits, *spec.command],
            cwd=spec.folder,
            env={**spec.env, MARK: spec.mark, "MILEPOST_REPLICA": self.name, **port},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(gate,),
            start_new_session=True,
        )

    def _drain(self) -> None:
        """Pass on what is left in the pipes and close them."""
        for pipe, stream in self.pipes:
            with suppress(BlockingIOError):
                while piece := os.read(pipe.fileno(), _PIECE):
                    self._write(self._lines[stream].add(piece), stream)
            self._write(self._lines[stream].end(), stream)
            pipe.close()

    def _write(self, lines: list[bytes], stream: str) -> None:
        for line in lines:
            self._log.write(line, stream)


def ended(status: int) -> str:
    """Return how a process ended, in words."""
    if status >= 0:
        return f"exited {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
