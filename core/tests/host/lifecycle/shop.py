"""A shop for the tests of the lifecycle: a project of fakes whose apps' parts are carried out in this process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from milepost.host import processes
from milepost.host.cancel import Cancel
from milepost.host.folders import folders
from milepost.host.history.journal import History, identify
from milepost.host.history.whereabouts import Whereabouts
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.goal import BY_RECORDS, PHASES, Part
from milepost.host.lifecycle.part import AppPart
from milepost.host.lifecycle.plan import plan
from milepost.host.lifecycle.todays import Given, subject_of
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.observers import Observers
from milepost.host.plugins.scan import scan
from milepost.host.project.cache import read_project
from milepost.sdk.events import Event
from milepost.sdk.record import Operation, Run, Source, Status, Writer
from milepost.sdk.request import Choices, Request, Variable
from milepost.sdk.store import HistoryStore
from milepost.testing.clock import FakeClock
from milepost.testing.distribution import write_distribution
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.world import World
from milepost.testing.ids import FakeIds
from milepost.testing.project import write_files
from milepost.testing.store import MemoryStore

DEAD = Writer(pid=1, started="never", boot="another", host=os.uname().nodename)
"""A process of this machine that does not live any more."""


def app_text(name: str = "web", **blocks: str) -> str:
    """Return an `app` block made of fakes; `app`, `build`, `deploy`, `release` and `config` are text put inside."""
    platform, config = blocks.get("platform", "fake"), blocks.get("config", "")
    build = blocks.get("build", 'use "fake" {}')
    release = f"release {{\n{blocks['release']}\n}}" if "release" in blocks else ""
    return f"""
app "{name}" {{
  path = "{name}"
  {blocks.get("app", "")}
  {f"build {{ {chr(10)}{build}{chr(10)} }}" if build else ""}
  deploy {{
    use "{platform}" {{
      {config}
    }}
    {blocks.get("deploy", "")}
  }}
  {release}
}}
"""


class Shop:
    """The project `shop`, its history, and the world in which its fakes make things."""

    def __init__(self, folder: Path, store: HistoryStore | None = None) -> None:
        self.root, self.folder, self.site = folder, folder / "shop", folder / "site"
        self.clock, self.ids = FakeClock(), FakeIds()
        self.commit: str | None = None
        """The commit of the source that the next run takes."""
        self.store: HistoryStore = store or MemoryStore()
        self.history = History(self.store)
        self.events: list[Event] = []
        self.parts: dict[str, AppPart] = {}
        self.warnings: list[str] = []
        install_fakes(self.site)
        self.environment = {
            "HOME": str(folder / "home"),
            "PATH": os.environ.get("PATH", os.defpath),
            "MILEPOST_STATE": str(folder / "state"),
            "MILEPOST_CACHE": str(folder / "cache"),
        }
        self.folders = folders(self.environment)
        self.world = World(self.folders.plugin("milepost-fakes"))
        self.outside = MemoryStore()
        self.bench = self._bench()
        self.write()

    def write(self, *apps: str, top: str = "", **blocks: str) -> None:
        """Write the project file: of these apps, or of one app `web` with these blocks."""
        text = f'project = "shop"\n{top}\n' + "".join(apps or (app_text(**blocks),))
        write_files(self.folder, {"milepost.hcl": text})
        self.project = read_project(self.folder / "milepost.hcl", None)
        for app in self.project.apps.values():
            if not app.path.exists():
                write_files(app.path, {"index.html": "hello"})

    def edit(self, text: str, app: str = "web") -> None:
        """Change the app's source, so that its next build has another digest."""
        write_files(self.folder / app, {"index.html": text})

    def install(self, word: str, role: str, source: str) -> None:
        """Install a plugin whose module has that source."""
        module = f"milepost_{word.replace('-', '_')}"
        groups = {f"milepost.v1.{role}": {word: module}}
        write_distribution(self.site, f"milepost-{word}", "1.0", groups, {f"{module}.py": source})
        self.bench = replace(self.bench, plugins=Plugins(Catalog(scan([str(self.site)]))))

    def when(self, text: str, do: Callable[[], None]) -> None:
        """Do something as soon as the run says that."""

        def emit(event: Event) -> None:
            self.events.append(event)
            if getattr(event, "text", "") == text:
                do()

        self.bench = replace(self.bench, emit=emit)

    def cancel_when(self, text: str) -> None:
        """Ask the run to end as soon as it says that."""
        self.when(text, lambda: self.bench.cancel.ask("the test"))

    def trouble_until(self, text: str, point: str, kind: str) -> None:
        """Let trouble come at a point until the run says that."""
        self.world.trouble(point, kind)
        self.when(text, lambda: self.world.trouble(point, ""))

    def observe(self, *observers: Any) -> None:
        """Let these observers hear of everything from now on."""
        heard = Observers(observers, self.warnings.append)

        def emit(event: Event) -> None:
            self.events.append(event)
            heard.event(event)

        self.bench = replace(self.bench, observers=heard, emit=emit)

    def carry(self, verb: Any, *apps: str, **fields: Any) -> int:
        """Carry out a request phase by phase and return the number of its run; raises what stops it."""
        request = self.request(verb, *apps, **fields)
        plans = plan(request, self.project, self.history)
        run = self.history.append_run(self._run(request, tuple(each.app for each in plans)))
        self.events.clear()
        self.parts = {each.app: self.part(request, run, each) for each in plans}
        status: Status = "error"
        try:
            for phase, each in ((phase, each) for phase in PHASES for each in plans if phase in each.phases):
                self.parts[each.app].carry_out(phase)
            status = "success"
        finally:
            self.history.amend(msgspec.structs.replace(run, status=status))
        return run.number

    def up(self, *apps: str, **fields: Any) -> int:
        """Carry out an `up` and return its number."""
        return self.carry("up", *apps, **fields)

    def request(self, verb: Any, *apps: str, **fields: Any) -> Request:
        """Return a request."""
        choices = Choices(**fields.pop("choices", {}))
        given = fields.pop("variables", {})
        return Request(
            id=self.ids(),
            verb=verb,
            project="shop",
            folder=str(self.folder),
            apps=apps,
            choices=choices,
            variables=tuple(Variable(name=name, value=value) for name, value in given.items()),
            **fields,
        )

    def part(self, request: Request, run: Run, planned: Any) -> AppPart:
        """Return one app's part of a run."""
        given = Given(self.environment, self.folder, self.bench.plugins, request.variables, request.labels)
        by_records = request.verb in BY_RECORDS
        subject = subject_of(self.project, planned.app, request.workspace, run.number, given, by_records=by_records)
        part = Part(
            request=request,
            run=run.id,
            number=run.number,
            app=planned.app,
            project="",
            phases=planned.phases,
            goal=planned.goal,
            store=Whereabouts(),
            writer=run.writer,
            source=run.source,
        )
        return AppPart(self.bench, part, subject)

    def operations(self, *stages: str, **where: Any) -> list[Operation]:
        """Return the operations of those stages, or all, oldest first."""
        found = self.history.operations({**where, **({"stage": stages} if stages else {})})
        return list(reversed(found))

    def last(self, *stages: str, **where: Any) -> Operation:
        """Return the newest operation of those stages."""
        return self.operations(*stages, **where)[-1]

    def statuses(self) -> list[str]:
        """Return what happened, in order, such as `#1 deploy success`."""
        return [f"#{each.number} {each.label} {each.status}" for each in self.operations()]

    def presences(self, app: str = "web") -> dict[int, str | None]:
        """Return where the deployments stand, by the number of their run."""
        deploys = self.operations("deploy", app=app)
        return {each.number: each.presence for each in deploys if each.presence is not None}

    def traffic(self, app: str = "web", workspace: str = "default") -> int | None:
        """Return the number of the run whose deployment gets the traffic in the world."""
        live = self.world.read()["routes"].get(f"shop/{workspace}/{app}")
        found = self.history.operation(live) if live else None
        return found.number if found else None

    def objects(self) -> dict[int, str]:
        """Return the health of what there is in the world, by the number of the run that made it."""
        there = self.world.read()["deployments"]
        made = {each.key: deploy.number for deploy in self.operations("deploy") for each in deploy.resources}
        return {made[key]: found["health"] for key, found in there.items()}

    def told(self, kind: type[Event]) -> list[str]:
        """Return the texts of the events of one kind in the last run."""
        return [str(getattr(each, "text", "")) for each in self.events if isinstance(each, kind)]

    def everything(self) -> str:
        """Return all that was told and kept, as one text."""
        kept = [repr(each) for each in self.history.operations()]
        lines = [line.text for each in self.history.operations() for line in self.store.read_output(each.id)]
        return "\n".join([*map(repr, self.events), *kept, *lines])

    def uncancelled(self) -> None:
        """Start the next run with a cancel token of its own."""
        self.bench = replace(self.bench, cancel=Cancel())

    def cut(self, operation: Operation, **fields: Any) -> Operation:
        """Make the record look as if its writer had died in the middle, and return it."""
        dead = msgspec.structs.replace(operation, status="running", ended=None, failure=None, writer=DEAD, **fields)
        self.history.amend(dead)
        return dead

    def _run(self, request: Request, apps: Sequence[str]) -> Run:
        return Run(
            id=request.id,
            project="shop",
            workspace=request.workspace,
            verb=request.verb,
            apps=tuple(apps),
            started=self.clock.now(),
            writer=self.bench.writer,
            source=Source(folder=str(self.folder), commit=self.commit),
            request={"choices": {"keep_failed": request.choices.keep_failed}},
        )

    def _bench(self) -> Bench:
        return Bench(
            history=self.history,
            plugins=Plugins(Catalog(scan([str(self.site)]))),
            observers=Observers([], self.warnings.append),
            folders=self.folders,
            environment=self.environment,
            emit=self.events.append,
            clock=self.clock.now,
            monotonic=time.monotonic,
            new_id=self.ids,
            lock=self.outside.lock,
            identify=identify,
            writer=identify(os.getpid()),
            key=b"test",
            runner=processes.run,
        )
