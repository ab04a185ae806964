"""The processes of a run's apps, as the parent has them: words go in, events come out, and each may die."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence

import msgspec

from milepost.host.lifecycle.goal import Part, Phase, Word
from milepost.host.lifecycle.inbox import Heard, Inbox
from milepost.host.processes import Child, start_child
from milepost.sdk.events import AnyEvent
from milepost.sdk.store import Lease

LAST_WORDS = 5.0
"""How long hearing what an ended process has said may take, in seconds."""

ARGV = (sys.executable, "-m", "milepost.host.lifecycle.child")


class AppProcess:
    """The process of one app's part; it starts before the part is known, which takes its while."""

    def __init__(self, app: str, environment: Mapping[str, str], heard: Inbox) -> None:
        self.app = app
        ours, theirs = socket.socketpair()
        with theirs:
            self._child: Child = start_child(ARGV, environment, theirs)
        self._control = ours
        self._heard = heard
        self.last_words = ""
        """What a process said that broke, such as a traceback; complete once it is gone."""
        self.pid = self._child.process.pid
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._errors.start()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def begin(self, part: Part, handles: Sequence[int] = ()) -> None:
        """Tell it what its part is; it holds what the run holds from now on, too."""
        self._send(msgspec.json.encode(part), handles)

    def go(self, phase: Phase, leases: tuple[Lease, ...] = (), handles: Sequence[int] = ()) -> None:
        """Have it do its share of a phase; it holds the given locks from now on, too."""
        self._send(msgspec.json.encode(Word(go=phase, leases=leases)), handles)

    def cancel(self, reason: str) -> None:
        """Ask it to end."""
        self._send(msgspec.json.encode(Word(cancel=reason)))

    def dismiss(self) -> None:
        """Tell it that there are no more phases."""
        self._send(msgspec.json.encode(Word(end=True)))

    @property
    def is_gone(self) -> bool:
        """Whether the process has ended."""
        return self._child.process.poll() is not None

    def end(self) -> None:
        """Wait for its end and for all that it said."""
        self._child.process.wait()
        self._listener.join(LAST_WORDS)
        self._control.close()

    def fate(self) -> str:
        """Return how a process that is gone came to its end."""
        status = self._child.process.wait()
        if status < 0:
            return f"its process was ended by {signal.Signals(-status).name}"
        *_, last = self.last_words.splitlines() or [f"exit status {status}"]
        return f"its process died: {last}"

    def kill(self) -> None:
        """End it at once, without its knowing."""
        if self._child.process.poll() is None:
            self._child.process.send_signal(signal.SIGKILL)
        self._child.process.wait()
        self._listener.join(LAST_WORDS)
        self._control.close()

    def _send(self, data: bytes, handles: Sequence[int] = ()) -> None:
        """Send a line. That the child is gone shows on its other pipe."""
        try:
            if handles:  # with the first byte: a long line may not go through at once
                socket.send_fds(self._control, [data[:1]], list(handles))
                data = data[1:]
            self._control.sendall(data + b"\n")
        except OSError:
            # That it is gone is heard on its other pipe, in order with what it still said.
            return

    def _listen(self) -> None:
        """Pass on all events until the pipe closes."""
        decoder = msgspec.json.Decoder(AnyEvent)
        with self._child.events as events:
            for line in events:
                self._heard.put(Heard(self.app, decoder.decode(line)), len(line))
        self._errors.join()
        self._heard.put(Heard(self.app, None))

    def _read_errors(self) -> None:
        """Keep what it says outside the line of events, which is something only when it breaks."""
        with self._child.errors as errors:
            self.last_words = errors.read().decode(errors="replace").strip()
