"""Machines that share one history: each with a name, a clone, a state folder and a cable to the database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.world import World
from tests.journeys.cable import Cable
from tests.journeys.place import PATIENCE, Place, until

LEASE = 4.0

PROJECT = """
project = "shop"

variable "database" {
  type      = string
  sensitive = true
}

history {
  use "postgres" {
    url             = var.database
    lease           = %(lease)s
    connect_timeout = 1
    timeout         = 1
  }
}

app "web" {
  build {
    use "fake" {}
  }

  deploy {
    use "fake" {
      %(config)s
    }
    %(deploy)s
  }

  %(release)s
}
"""

WAIT = """
hook {
  when    = "%(when)s"
  timeout = 120
  command = ["sh", "-c", "echo waiting; touch %(place)s/waits; while [ ! -e %(place)s/go ]; do sleep 0.05; done"]
}
"""

NAMED = """
import os

if name := os.environ.get("NAME_OF_THIS_MACHINE"):
    real = os.uname()
    os.uname = lambda: os.uname_result((real.sysname, name, *real[2:]))
"""


class Machine(Place):
    """A machine with a clone of the project `shop`."""

    @staticmethod
    def made(root: Path, name: str, database: str, cable: Cable) -> Machine:
        """Return a machine of that name; what runs on it is the same world for all machines."""
        folder, site = root / name / "shop", root / "site"
        (folder / "web").mkdir(parents=True)
        (root / name / "home").mkdir()
        (folder / "web" / "index.html").write_text("hello")
        _commit(folder)
        if not site.exists():
            install_fakes(site)
            (site / "sitecustomize.py").write_text(NAMED)
        (root / name / "state").mkdir()
        (root / "plugins").mkdir(exist_ok=True)
        (root / name / "state" / "plugins").symlink_to(root / "plugins")
        url = urlsplit(database)
        login = f"{url.username}:{url.password}"
        more = {
            "NAME_OF_THIS_MACHINE": name,
            "PYTHONPATH": str(site),
            "MILEPOST_VAR_database": f"postgres://{login}@127.0.0.1:{cable.port}{url.path}",
        }
        machine = Machine(folder, root / name, more)
        machine.says()
        return machine

    def says(self, *, config: str = "", deploy: str = "", release: str = "") -> None:
        """Write the project file."""
        said = {"config": config, "deploy": deploy, "release": release, "lease": LEASE}
        self.write(milepost__hcl=PROJECT % said)

    def waits(self, stage: str = "deploy") -> None:
        """Have each deploy wait before it begins, or each release when the traffic has moved, until `go`."""
        hook = WAIT % {"place": self.root, "when": "before" if stage == "deploy" else "after"}
        self.says(**({"deploy": hook} if stage == "deploy" else {"release": f"release {{\n{hook}\n}}"}))

    def is_waiting(self) -> None:
        """Wait until it waits."""
        until("the hook", (self.root / "waits").exists)

    def go(self) -> None:
        """End the wait."""
        (self.root / "go").touch()

    @property
    def world(self) -> World:
        """What the fakes have made, on whatever machine."""
        return World(self.state / "plugins" / "milepost-fakes")

    @property
    def outbox(self) -> list[str]:
        """The entries that wait to be delivered."""
        files = (self.state / "projects" / "shop" / "outbox").glob("*.jsonl")
        return [line for each in files for line in each.read_text().splitlines()]

    def statuses(self) -> list[str]:
        """Return what happened, oldest first, such as `#1 deploy success`."""
        found = self.json("operation", "list")["operations"]
        return [f"#{each['number']} {each['label']} {each['status']}" for each in reversed(found)]

    def runs(self) -> dict[int, str]:
        """Return how the runs ended."""
        return {each["number"]: each["status"] for each in self.json("history")["runs"]}


def switch_off(process: subprocess.Popen[str]) -> None:
    """End a command and all that it started at once, as a machine does that loses its power."""
    for pid in (process.pid, *_below(process.pid)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.communicate(timeout=PATIENCE)


def _below(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    told = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = dict(tuple(map(int, line.split())) for line in told.splitlines())
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]


def _commit(folder: Path) -> None:
    """Make a clone of the one repository of the folder."""
    for words in (["init", "-q"], ["remote", "add", "origin", "git@git.example.org:team/shop.git"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
