"""A step for the tests of plugins: it does what the host's does, and remembers all of it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from milepost.host import processes
from milepost.host.cancel import Cancel, Deadline
from milepost.host.recording import record_state, recorded_state
from milepost.sdk.artifact import Artifact
from milepost.sdk.config import PluginState
from milepost.sdk.deployment import Deployment, Recorded, Resource
from milepost.sdk.errors import DeadlineError
from milepost.sdk.step import Command, Facts, Result, Stream
from milepost.testing.clock import Clock
from milepost.testing.runner import Runner


class Died(BaseException):  # an Exception could be caught by a plugin's own handlers; a death cannot
    """The process was killed at this point, as far as the test is concerned."""


class Noted(NamedTuple):
    """Something that a plugin asked of its step."""

    what: str
    """The method: `intend`, `created`, `save`, `evidence`, `run`, `exclusive`, `mask`, `say`, `output`."""
    text: str
    """What it was about, in words."""


class Stop:
    """An end at the nth point of a step's work: by a cancel, or by death.

    Points lie before and after each call that does something. For a cancel, only those where a
    step may raise it count: it never loses what was made already.
    """

    def __init__(self, how: Literal["cancel", "death"], at: int) -> None:
        self.how, self.at = how, at
        self.passed = 0
        self.where = ""
        """The call at which it came; empty if the work was over before."""

    def pass_by(self, where: str, cancel: Cancel, *, may_cancel: bool) -> None:
        """Count a point and end the work at the one that was asked for. Raises Died."""
        if self.how == "death" and self.where:
            raise Died(self.where)
        if self.how == "cancel" and not may_cancel:
            return
        self.passed += 1
        if self.passed == self.at:
            self.where = where
            if self.how == "death":
                raise Died(where)
            cancel.ask("the test said so")


class FakeStep:
    """Implements `milepost.sdk.step.Step`; what the plugin did is there to look at afterwards."""

    def __init__(
        self,
        facts: Facts,
        *,
        runner: Runner,
        clock: Clock,
        locks: Path,
        limit: float | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.facts = facts
        self.cancel = Cancel()
        self.journal: list[Noted] = []
        """All that was asked for, in order."""
        self.commands: list[Command] = []
        self.resources: dict[str, Resource] = {}
        """What was intended, by key."""
        self.state: PluginState | None = None
        """What was saved last."""
        self.running: dict[int, bool] = {}
        """The programs whose end was not seen: process id → whether it is detached."""
        self.told = False
        """Whether a call raised, so that the plugin knows that it should end."""
        self._runner, self._clock, self._locks, self._stop = runner, clock, locks, stop
        self._deadline = Deadline(f"the {facts.stage}", limit, clock.monotonic)
        self._held: set[str] = set()
        self._begun: dict[Stream, str] = {}

    def noted(self, what: str) -> list[str]:
        """Return the texts of one kind of note, in order: `noted("say")`."""
        return [each.text for each in self.journal if each.what == what]

    def recorded(self, artifact: Artifact | None = None, deployment: Deployment | None = None) -> Recorded[Any]:
        """Return what the history would give back: the state written as JSON and read again."""
        document = None if self.state is None else json.loads(json.dumps(record_state(self.state)))
        state = None if self.state is None else recorded_state(document, type(self.state))
        return Recorded(
            operation=self.facts.operation,
            state=state,
            resources=tuple(self.resources.values()),
            artifact=artifact,
            deployment=deployment,
        )

    def everything(self) -> str:
        """Return all that this step would have shown or kept, as one text to search for secrets."""
        kept = [msgspec.json.encode(each).decode() for each in self.resources.values()]
        if self.state is not None:
            kept.append(json.dumps(record_state(self.state), ensure_ascii=False))
        told = [each.text for each in self.journal if each.what != "mask"]
        return "\n".join([*told, *kept, *(" ".join(each.argv) for each in self.commands)])

    def bury(self) -> None:
        """End the programs whose end was not seen, as the host does after a death."""
        for pid in list(self.running):
            processes.end_group(pid, grace=0.5, reap=partial(_reap, pid))
            del self.running[pid]

    def run(self, command: Command) -> Result:
        """Run the command with the test's runner, in the app's folder where it names none."""
        self._point("run", may_cancel=True)
        self.check()
        self.journal.append(Noted("run", " ".join(command.argv)))
        self.commands.append(command)
        watch = processes.Watch(
            cancel=self.cancel,
            deadline=self._deadline,
            started=lambda pid: self.running.__setitem__(pid, command.detach),
            ended=self.running.__delitem__,
            output=self._hear,
        )
        placed = command if command.cwd else msgspec.structs.replace(command, cwd=str(self.facts.source))
        result = self._runner(placed, self.facts.environment, watch)
        self._point("run", may_cancel=True)
        return result

    def key(self, name: str = "") -> str:
        """Return a key made from the operation's id."""
        own = f"milepost-{self.facts.operation.lower()}"
        return f"{own}-{name}" if name else own

    def intend(self, kind: str, key: str) -> None:
        """Note the object; the second time is no other object."""
        self._point("intend", may_cancel=True)
        self.check()
        self.journal.append(Noted("intend", f"{kind} {key}"))
        self.resources.setdefault(key, Resource(kind=kind, key=key))
        self._point("intend", may_cancel=True)

    def created(self, key: str, id: str) -> None:
        """Note the object's id. Raises AssertionError if it was never intended."""
        self._point("created")
        assert key in self.resources, f"{key} was created, but never intended"
        self.journal.append(Noted("created", f"{key} {id}"))
        self.resources[key] = msgspec.structs.replace(self.resources[key], id=id)
        self._point("created")

    def save(self, state: PluginState) -> None:
        """Keep the state. Raises AssertionError if it would not read back as it was."""
        self._point("save")
        again = recorded_state(json.loads(json.dumps(record_state(state))), type(state))
        assert again == state, f"the state reads back as {again}, and was {state}"
        self.journal.append(Noted("save", repr(state)))
        self.state = state
        self._point("save")

    def evidence(self, title: str, text: str) -> None:
        """Keep it."""
        self._point("evidence")
        self.journal.append(Noted("evidence", f"{title}\n{text}"))

    @contextmanager
    def exclusive(self, key: str) -> Iterator[None]:
        """Hold a file lock. Raises AssertionError if this step holds it already: the host's would wait for ever."""
        self._point("exclusive", may_cancel=True)
        assert key not in self._held, f"{key} is held by this step already"
        self._locks.mkdir(parents=True, exist_ok=True)
        with open(self._locks / key.encode().hex(), "wb") as file:
            while not _locked(file.fileno()):
                self.check()
                self._clock.sleep(0.02)
            self.journal.append(Noted("exclusive", key))
            self._held.add(key)
            try:
                yield
            finally:
                self._held.discard(key)

    def mask(self, text: str) -> None:
        """Note it."""
        self.journal.append(Noted("mask", text))

    def say(self, text: str) -> None:
        """Note it."""
        self.journal.append(Noted("say", text))

    def output(self, text: str, stream: Stream = "stdout") -> None:
        """Note each line."""
        self.journal += [Noted("output", line) for line in text.splitlines()]

    def now(self) -> datetime:
        """Return the time of the test's clock."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Let time pass, or raise as soon as there is a reason to."""
        self._point("sleep", may_cancel=True)
        end = self._clock.monotonic() + seconds
        self.check()
        while (left := end - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, 0.05))
            self.check()

    def wait(self, what: str, seconds: float, done: Callable[[], bool], interval: float = 0.1) -> None:
        """Wait until it is done, or raise."""
        end = self._clock.monotonic() + seconds
        while not done():
            if self._clock.monotonic() >= end:
                raise DeadlineError(what, seconds)
            self.sleep(min(interval, max(0.0, end - self._clock.monotonic())))

    def check(self) -> None:
        """Raise if the work should end."""
        self.told = self.told or self.cancel.is_asked
        self.cancel.check()
        self._deadline.check()

    def _hear(self, text: str, stream: Stream) -> None:
        """Note the lines that a program printed, each when it has ended."""
        whole, _, self._begun[stream] = (self._begun.get(stream, "") + text).rpartition("\n")
        self.output(whole, stream)

    def _point(self, where: str, *, may_cancel: bool = False) -> None:
        """Pass a point at which the test may have asked for an end."""
        if self._stop:
            self._stop.pass_by(where, self.cancel, may_cancel=may_cancel)


def _locked(descriptor: int) -> bool:
    """Take a file lock without waiting; return False if another has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _reap(pid: int) -> None:
    """Take note of a child's death, if it is one of ours and dead."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
