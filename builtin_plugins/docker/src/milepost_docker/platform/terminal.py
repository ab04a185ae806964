"""A command in a container that runs, on the user's terminal.

The docker CLI does it where it is installed: it knows raw mode, resizing and detaching. Without it, the command runs
without a terminal and without input, by the engine's API; its output and status are true all the same.
"""

from __future__ import annotations

import shutil
import sys

from milepost.sdk import Command, OperationError
from milepost_docker.platform.logs import frames
from milepost_docker.platform.site import Site

LAUNCHER = "/cnb/lifecycle/launcher"
"""What prepares the environment of a command in an image of buildpacks."""
_BUILDPACKS = "io.buildpacks.build.metadata"


def is_of_buildpacks(labels: dict[str, str] | None) -> bool:
    """Whether an image or container was made by buildpacks, by its labels."""
    return _BUILDPACKS in (labels or {})


def execute(site: Site, argv: tuple[str, ...]) -> int:
    """Run the command in the first container that runs, and return its status."""
    name, labels = _running(site)
    command = (LAUNCHER, *argv) if is_of_buildpacks(labels) else argv
    program = shutil.which("docker", path=site.step.facts.environment.get("PATH"))
    if program is None:
        return _by_api(site, name, command)
    terminal = ("--tty",) if sys.stdin.isatty() and sys.stdout.isatty() else ()
    line = (program, "exec", "--interactive", *terminal, name, *command)
    env = site.engine.address.environment()
    return site.step.run(Command(argv=line, env=env, attach=True, check=False)).status


def _running(site: Site) -> tuple[str, dict[str, str]]:
    """Return the first container that runs, and its labels. Raises OperationError where none does."""
    for each in site.state.replicas:
        found = site.engine.container(each.name)
        if found is not None and found["State"]["Status"] == "running":
            return each.name, found["Config"].get("Labels") or {}
    app = site.step.facts.app
    raise OperationError(f"no container of {app} runs", hint=f"milepost start {app}")


def _by_api(site: Site, name: str, argv: tuple[str, ...]) -> int:
    """Run the command without terminal and input."""
    site.step.say("docker is not installed here: the command gets no terminal and no input")
    asked = {"Cmd": list(argv), "AttachStdout": True, "AttachStderr": True}
    made = site.engine.post(f"/containers/{name}/exec", body=asked)
    with site.engine.hijack(f"/exec/{made['Id']}/start", body={"Detach": False, "Tty": False}) as channel:
        for stream, data in frames(iter(channel.read, b""), tty=False):
            site.step.output(data.decode(errors="replace"), stream)
    return int(site.engine.get(f"/exec/{made['Id']}/json")["ExitCode"] or 0)
