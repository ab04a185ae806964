"""The first project file: what is in the folder, what is asked, and the commented text that comes of it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.sdk.errors import MilepostError, UsageError

if TYPE_CHECKING:
    from milepost.cli.render import Screen

FILE_NAME = "milepost.hcl"
_TAKEN = (FILE_NAME, "waypoint.hcl")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line said."""

    name: str | None = None
    command: str | None = None
    static: bool = False
    worker: bool = False
    health: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the project file will say."""

    name: str
    command: tuple[str, ...] = ()
    """What starts the app; empty for a static site."""
    prepare: tuple[str, ...] = ()
    """What makes its folder ready; empty when nothing is to be done."""
    worker: bool = False
    health: str | None = None
    seen: str = ""
    """What in the folder led to it, for people."""
    settled: bool = False
    """Whether the command line said it, so that nothing is asked."""


def look_at(folder: Path, wishes: Wishes) -> Plan:
    """Return what the folder seems to hold, where the wishes do not say. Raises UsageError if they contradict."""
    if wishes.static and (wishes.command or wishes.worker):
        raise UsageError("a static site has no command and is no worker", hint="leave --static away")
    for name in _TAKEN:
        if (folder / name).exists():
            raise UsageError(f"{folder / name} is there already; it was not touched", hint="milepost validate")
    name = wishes.name or re.sub(r"[^A-Za-z0-9_-]+", "-", folder.name).strip("-").lower() or "app"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise UsageError(f"{name!r} cannot be a name; letters, digits, - and _ can", hint="milepost init --name NAME")
    plan = replace(_guess(folder), name=name, worker=wishes.worker, health=wishes.health)
    if wishes.static:
        return replace(plan, command=(), prepare=(), settled=True)
    if wishes.command:
        return replace(plan, command=_words(wishes.command), settled=True)
    return plan


def ask_for(screen: Screen, plan: Plan) -> Plan:
    """Return the plan as a person at the terminal wants it; unchanged when nobody is there or nothing is open."""
    if not screen.can_ask or screen.flags.yes:
        if not plan.seen and not plan.settled:
            raise UsageError(
                "nothing in this folder says how the app is started",
                hint="milepost init --command 'python3 server.py', or --static",
            )
        return plan
    name = screen.ask(f"Name of the project [{plan.name}]:", plan.name)
    if plan.settled:
        return replace(plan, name=name)
    shown = shlex.join(plan.command) or "none: a static site"
    command = screen.ask(f"Command that starts it [{shown}]:", shlex.join(plan.command))
    return replace(plan, name=name, command=_words(command), seen=plan.seen or "what was asked")


def project_file(plan: Plan) -> str:
    """Return the text of the project file."""
    served = bool(plan.command) and not plan.worker
    deploy = _deploy(plan)
    health = f'  health {{\n    path = "{plan.health}"\n  }}\n\n' if served and plan.health else ""
    made = f"; made from {plan.seen}" if plan.seen else ""
    example = '  # A path that answers when the app is ready:\n  # health { path = "/healthz" }\n\n'
    advice = example if served and not health else ""
    return (
        f"# How milepost builds, deploys and releases this project{made}. Try: milepost validate, milepost up.\n"
        f'project = "{plan.name}"\n\n'
        'app "web" {\n'.replace("web", "worker" if plan.worker else "web")
        + health
        + advice
        + '  build {\n    # The files of this folder, without what .gitignore names.\n    use "files" {}\n  }\n\n'
        + deploy
        + "}\n"
    )


def write_new(folder: Path, text: str) -> Path:
    """Write the project file, which must not be there yet, and return its path. Raises MilepostError."""
    place = folder / FILE_NAME
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        why = error.strerror or str(error)
        raise MilepostError(f"{place} cannot be written: {why}", hint="milepost init -C FOLDER") from error
    return place


def _deploy(plan: Plan) -> str:
    """Return the deploy block."""
    if not plan.command:
        return '  deploy {\n    # No command: the files are served as they are.\n    use "local" {}\n  }\n'
    lines = [f"      command = {json.dumps(list(plan.command))}"]
    if plan.prepare:
        lines.insert(0, f"      prepare = {json.dumps(list(plan.prepare))}")
    if plan.worker:
        lines.append("      worker  = true")
    note = "" if plan.worker else "    # The port to listen on is in the environment variable PORT.\n"
    return "  deploy {\n" + note + '    use "local" {\n' + "\n".join(lines) + "\n    }\n  }\n"


def _guess(folder: Path) -> Plan:
    """Return what the files of the folder say about how the app is started."""
    if (folder / "Procfile").is_file():
        return _from_procfile(folder / "Procfile")
    if (folder / "package.json").is_file():
        prepare = ("npm", "ci") if (folder / "package-lock.json").is_file() else ("npm", "install")
        return Plan(name="", command=("npm", "start"), prepare=prepare, seen="package.json")
    for name in ("server.py", "app.py", "main.py"):
        if (folder / name).is_file():
            return _python(folder, name)
    if (folder / "index.html").is_file():
        return Plan(name="", seen="index.html")
    return Plan(name="")


def _python(folder: Path, name: str) -> Plan:
    """Return how a Python program is started: by uv where its project is described."""
    if (folder / "uv.lock").is_file():
        return Plan(name="", command=("uv", "run", "python", name), prepare=("uv", "sync"), seen=f"{name} and uv.lock")
    return Plan(name="", command=("python3", name), seen=name)


def _from_procfile(place: Path) -> Plan:
    """Return the `web` process of a Procfile, or else its first."""
    lines = [line.partition(":") for line in place.read_text(encoding="utf-8", errors="replace").splitlines()]
    processes = {name.strip(): command.strip() for name, mark, command in lines if mark and command.strip()}
    command = processes.get("web") or next(iter(processes.values()), "")
    # A shell expands $PORT and the like, as the writers of Procfiles expect.
    shelled = ("sh", "-c", command) if re.search(r"[$&|;<>*]", command) else _words(command)
    return Plan(name="", command=shelled, seen="Procfile" if command else "")


def _words(command: str) -> tuple[str, ...]:
    """Return a command line as words. Raises UsageError for a quote that does not end."""
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"the command {command!r} cannot be read: {error}", hint="close the quotes") from error
