"""A step for the tests of config sources: a world of its own for them to read, in a temporary folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from milepost.host import processes
from milepost.host.cancel import Cancel, Deadline
from milepost.sdk.source import SourceFacts
from milepost.sdk.step import Command, Result
from milepost.testing.clock import RealClock
from milepost.testing.runner import Runner


class FakeSourceStep:
    """Implements `milepost.sdk.source.SourceStep`.

        step = FakeSourceStep(tmp_path, {"DB_URL": "postgres://…"})

    Programs are really run unless there is another runner.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None = None, *, runner: Runner = processes.run
    ) -> None:
        self.cancel = Cancel()
        self.commands: list[Command] = []
        """What was run, in order."""
        self.facts = SourceFacts(
            project="shop",
            folder=_made(folder / "project"),
            home=_made(folder / "home"),
            environment={"PATH": os.environ.get("PATH", os.defpath), **(environment or {})},
        )
        self._runner = runner

    def run(self, command: Command) -> Result:
        """Run the command with the test's runner."""
        self.check()
        self.commands.append(command)
        watch = processes.Watch(
            cancel=self.cancel,
            deadline=Deadline("the source", None, RealClock().monotonic),
            started=lambda pid: None,
            ended=lambda pid: None,
            output=lambda text, stream: None,
        )
        placed = command if command.cwd else msgspec.structs.replace(command, cwd=str(self.facts.folder))
        return self._runner(placed, self.facts.environment, watch)

    def check(self) -> None:
        """Raise CancelledError if the test has cancelled the step."""
        self.cancel.check()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
