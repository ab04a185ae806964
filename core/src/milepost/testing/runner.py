"""A runner that runs nothing and remembers what a plugin asked for; the real one is `milepost.host.processes.run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from milepost.host.processes import Watch
from milepost.sdk.errors import CommandFailedError
from milepost.sdk.step import Command, Result

Runner = Callable[[Command, Mapping[str, str], Watch], Result]
"""What carries out a command in an environment: the host's own `run`, or a RecordingRunner."""


@dataclass(frozen=True)
class _Answer:
    """What to answer a command that begins like this."""

    beginning: tuple[str, ...]
    result: Result | Callable[[Command], Result]


class RecordingRunner:
    """Runs nothing: remembers what was asked and gives the answers it was told.

        runner = RecordingRunner()
        runner.answer("docker", "inspect", stdout=b"healthy")

    A command without an answer ends with status 0 and no output.
    """

    def __init__(self) -> None:
        self.asked: list[Command] = []
        """All commands, in order."""
        self._answers: list[_Answer] = []

    def answer(self, *beginning: str, status: int = 0, stdout: bytes = b"", stderr: bytes = b"", pid: int = 0) -> None:
        """Answer each command that begins like this; what was told last wins."""
        self._answers.insert(0, _Answer(beginning, Result(status=status, stdout=stdout, stderr=stderr, pid=pid)))

    def act(self, *beginning: str, by: Callable[[Command], Result]) -> None:
        """Let a function answer each command that begins like this: a small fake of the program."""
        self._answers.insert(0, _Answer(beginning, by))

    def __call__(self, command: Command, environment: Mapping[str, str], watch: Watch) -> Result:
        """Return the answer. Raises CommandFailedError as the real one does."""
        watch.cancel.check()
        watch.deadline.check()
        self.asked.append(command)
        result = self._result(command)
        if not command.quiet:
            self._print(result, watch)
        if command.check and result.status != 0:
            tail = (result.stderr or result.stdout).decode("utf-8", "replace").strip()
            raise CommandFailedError(command.argv, result.status, tail)
        return result

    def _result(self, command: Command) -> Result:
        """Return what was told for commands like this one."""
        for answer in self._answers:
            if command.argv[: len(answer.beginning)] == answer.beginning:
                return answer.result(command) if callable(answer.result) else answer.result
        return Result(status=0)

    @staticmethod
    def _print(result: Result, watch: Watch) -> None:
        """Pass on the output, as if a program had printed it."""
        for line in result.stdout.decode("utf-8", "replace").splitlines():
            watch.output(f"{line}\n", "stdout")
        for line in result.stderr.decode("utf-8", "replace").splitlines():
            watch.output(f"{line}\n", "stderr")
