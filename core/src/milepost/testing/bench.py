"""A workbench: the steps of one user's project, in a temporary folder, with all that lasts between them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from milepost.host import processes
from milepost.sdk.secret import Secret
from milepost.sdk.step import Facts
from milepost.testing.clock import Clock, RealClock
from milepost.testing.ids import FakeIds
from milepost.testing.runner import Runner
from milepost.testing.step import FakeStep, Stop


class Bench:
    """Makes steps whose facts fit together: each has its own operation and scratch folder, all share the rest.

        step = Bench(tmp_path).step("deploy", strategy="stop-first")

    Without other words, programs are really run and the clock is the real one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        runner: Runner = processes.run,
        clock: Clock | None = None,
        env: Mapping[str, str | Secret] | None = None,
    ) -> None:
        self.folder = folder
        self.runner = runner
        self.clock = clock or RealClock()
        self.env = dict(env or {})
        self.steps: list[FakeStep] = []
        """All steps that were made, in order."""
        self._ids = FakeIds()

    @property
    def source(self) -> Path:
        """The app's folder."""
        return self._made("source")

    @property
    def data(self) -> Path:
        """The plugin's durable folder."""
        return self._made("data")

    def step(self, stage: str, *, limit: float | None = None, stop: Stop | None = None, **facts: Any) -> FakeStep:
        """Return a new step; `facts` replaces fields of its Facts. `limit` is in seconds."""
        operation = facts.get("operation") or self._ids()
        usual = Facts(
            run=len(self.steps) + 1,
            operation=operation,
            stage=stage,
            project="shop",
            app="web",
            workspace="default",
            source=self.source,
            home=self._made("home"),
            data=self.data,
            scratch=self._made(f"scratch/{operation}"),
            environment={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._made("home"))},
            store="01TESTSTORE",
            labels={"milepost/project": "shop", "milepost/app": "web"},
            env=self.env,
        )
        made = FakeStep(
            msgspec.structs.replace(usual, **facts),
            runner=self.runner,
            clock=self.clock,
            locks=self.folder / "locks",
            limit=limit,
            stop=stop,
        )
        self.steps.append(made)
        return made

    def _made(self, name: str) -> Path:
        """Return a folder of the bench, made when first asked for."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path
