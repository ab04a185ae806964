"""The step that plugins get: their hands on the history, on programs, on time and on the user's eyes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from milepost.host import processes
from milepost.host.cancel import Cancel, Deadline
from milepost.host.mask import SHORTEST, Masker
from milepost.sdk.config import PluginState
from milepost.sdk.errors import DeadlineError
from milepost.sdk.secret import Secret
from milepost.sdk.step import Command, Facts, Result, Stream
from milepost.sdk.store import Lock


class Ledger(Protocol):
    """Where a step writes down what happens; each call is durable when it returns."""

    def intend(self, kind: str, key: str) -> None:
        """Note an object that is about to be made."""
        ...

    def created(self, key: str, id: str) -> None:
        """Note that it was made."""
        ...

    def save(self, state: PluginState) -> None:
        """Keep the plugin's document."""
        ...

    def evidence(self, title: str, text: str) -> None:
        """Keep what explains a failure."""
        ...

    def started(self, pid: int) -> None:
        """Note a process."""
        ...

    def ended(self, pid: int) -> None:
        """Note that it is gone."""
        ...

    def say(self, text: str) -> None:
        """Tell people."""
        ...

    def output(self, text: str, stream: Stream) -> None:
        """Keep and show what was printed: lines with their ends, or a piece of one."""
        ...

    def warn(self, text: str) -> None:
        """Tell people that something is not as it should be."""
        ...


Runner = Callable[[Command, Mapping[str, str], processes.Watch], Result]
"""What carries out a command: `processes.run`, or a fake of it."""


@dataclass(frozen=True, kw_only=True)
class HostStep:
    """The step of one operation; see `milepost.sdk.step.Step`."""

    facts: Facts
    ledger: Ledger
    cancel: Cancel
    deadline: Deadline
    masker: Masker
    clock: Callable[[], datetime]
    lock: Callable[[str], Lock]
    runner: Runner = processes.run

    def run(self, command: Command) -> Result:
        """Run a program; see the protocol."""
        self.check()
        for value in command.env.values():
            if isinstance(value, Secret):
                self.mask(value.reveal())
        placed = command if command.cwd else msgspec.structs.replace(command, cwd=str(self.facts.source))
        watch = processes.Watch(
            cancel=self.cancel,
            deadline=self.deadline,
            started=self.ledger.started,
            ended=self.ledger.ended,
            output=self.ledger.output,
        )
        return self.runner(placed, self.facts.environment, watch)

    def key(self, name: str = "") -> str:
        """Return a key made from the operation's id."""
        own = f"milepost-{self.facts.operation.lower()}"
        return f"{own}-{name}" if name else own

    def intend(self, kind: str, key: str) -> None:
        """Say that an object is about to be made."""
        self.check()
        self.ledger.intend(kind, key)

    def created(self, key: str, id: str) -> None:
        """Say that it exists."""
        self.ledger.created(key, id)

    def save(self, state: PluginState) -> None:
        """Keep the plugin's document."""
        self.ledger.save(state)

    def evidence(self, title: str, text: str) -> None:
        """Keep what explains a failure."""
        self.ledger.evidence(title, text)

    @contextmanager
    def exclusive(self, key: str) -> Iterator[None]:
        """Hold a lock on an outside object while the context lasts."""
        lock = self.lock(key)
        owner = {"operation": self.facts.operation, "app": self.facts.app, "since": self.now().isoformat()}
        while not lock.acquire(owner):
            self.sleep(0.02)
        try:
            yield
        finally:
            lock.release()

    def mask(self, text: str) -> None:
        """Never show or keep the text from now on."""
        if not self.masker.add(text):
            self.ledger.warn(f"a secret shorter than {SHORTEST} characters cannot be masked in output")

    def say(self, text: str) -> None:
        """Tell people what is going on."""
        self.ledger.say(text)

    def output(self, text: str, stream: Stream = "stdout") -> None:
        """Keep and show what a tool printed."""
        if text:
            self.ledger.output(text if text.endswith("\n") else f"{text}\n", stream)

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self.clock()

    def sleep(self, seconds: float) -> None:
        """Wait, or raise as soon as there is a reason to."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            self.cancel.wait(self.deadline.left(left))
            self.check()

    def wait(self, what: str, seconds: float, done: Callable[[], bool], interval: float = 0.1) -> None:
        """Wait until it is done, or raise."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() >= end:
                raise DeadlineError(what, seconds)
            self.sleep(min(interval, max(0.0, end - time.monotonic())))

    def check(self) -> None:
        """Raise if the work should end."""
        self.cancel.check()
        self.deadline.check()
