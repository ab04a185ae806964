"""The first project file: what is in the folder, what is asked, and the commented text that comes of it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.cli import dockerfile
from milepost.sdk.errors import MilepostError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from milepost.cli.render import Screen

FILE_NAME = "milepost.hcl"
_TAKEN = (FILE_NAME, "waypoint.hcl", f"{FILE_NAME}.json", "waypoint.hcl.json")


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
    beside: tuple[str, ...] = ()
    """What starts a worker of the same files beside it."""
    task: tuple[str, ...] = ()
    """What runs once before each deploy."""
    health: str | None = None
    container: bool = False
    """Whether a Dockerfile says how it is built and started."""
    port: int | None = None
    """Of a container: the port it exposes."""
    seen: str = ""
    """What in the folder led to it, for people."""
    settled: bool = False
    """Whether the command line said it, so that nothing is asked."""


def look_at(folder: Path, wishes: Wishes, builders: Collection[str] = ()) -> Plan:
    """Return what the folder seems to hold, where the wishes do not say; `builders` are those installed.

    Raises UsageError if the wishes contradict, and where only a Dockerfile says something that nothing can build.
    """
    if wishes.static and (wishes.command or wishes.worker):
        raise UsageError("a static site has no command and is no worker", hint="leave --static away")
    for name in _TAKEN:
        if (folder / name).exists():
            hint = "milepost init --from-waypoint" if name.startswith("waypoint") else "milepost validate"
            raise UsageError(f"{folder / name} is there already; it was not touched", hint=hint)
    name = wishes.name or re.sub(r"[^A-Za-z0-9_-]+", "-", folder.name).strip("-").lower() or "app"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise UsageError(f"{name!r} cannot be a name; letters, digits, - and _ can", hint="milepost init --name NAME")
    guessed = _guess(folder, builders if not (wishes.static or wishes.command) else None)
    worker = wishes.worker or (guessed.worker and not wishes.command)
    beside = () if worker else guessed.beside
    plan = replace(guessed, name=name, worker=worker, beside=beside, health=wishes.health)
    if wishes.static:
        return Plan(name=name, health=wishes.health, settled=True)
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
    if plan.settled or plan.container:
        return replace(plan, name=name)
    shown = shlex.join(plan.command) or "none: a static site"
    known = shlex.join(plan.command)
    answer = screen.ask(f"Command that starts it [{shown}]:", known)
    command = plan.command if answer == known else _words(answer)
    return replace(plan, name=name, command=command, seen=plan.seen or "what was asked")


def project_file(plan: Plan) -> str:
    """Return the text of the project file."""
    served = (bool(plan.command) or plan.container) and not plan.worker
    health = f"  health {{\n    path = {_text(plan.health)}\n  }}\n\n" if served and plan.health else ""
    made = f"; made from {plan.seen}" if plan.seen else ""
    example = '  # A path that answers when the app is ready:\n  # health { path = "/healthz" }\n\n'
    advice = example if served and not health else ""
    return (
        f"# How milepost builds, deploys and releases this project{made}. Try: milepost validate, milepost up.\n"
        f'project = "{plan.name}"\n\n'
        'app "web" {\n'.replace("web", "worker" if plan.worker else "web")
        + health
        + advice
        + _build(plan)
        + _deploy(plan)
        + "}\n"
        + _beside(plan)
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


def _build(plan: Plan) -> str:
    """Return the build block, and the empty line after it."""
    if plan.container:
        return f'  build {{\n    # The image of the Dockerfile.\n    use "{dockerfile.PLUGIN}" {{}}\n  }}\n\n'
    return '  build {\n    # The files of this folder, without what .gitignore names.\n    use "files" {}\n  }\n\n'


def _container(plan: Plan) -> str:
    """Return the deploy block of a container."""
    if plan.worker:
        about = "# It listens on no port. Where it does: service_port = 8080 in place of this."
        lines = [about, "worker = true"] if plan.port is None else ["worker = true"]
    else:
        lines = ["# The port that the Dockerfile exposes.", f"service_port = {plan.port}"]
    inside = "".join(f"      {line}\n" for line in lines)
    return f'  deploy {{\n    use "{dockerfile.PLUGIN}" {{\n{inside}    }}\n  }}\n'


def _deploy(plan: Plan) -> str:
    """Return the deploy block."""
    if plan.container:
        return _container(plan)
    if not plan.command:
        return '  deploy {\n    # No command: the files are served as they are.\n    use "local" {}\n  }\n'
    lines = [f"      command = {_list(plan.command)}"]
    if plan.prepare:
        lines.insert(0, f"      prepare = {_list(plan.prepare)}")
    if plan.worker:
        lines.append("      worker  = true")
    note = "" if plan.worker else "    # The port to listen on is in the environment variable PORT.\n"
    task = f'\n    task "release" {{\n      command = {_list(plan.task)}\n    }}\n' if plan.task else ""
    return "  deploy {\n" + note + '    use "local" {\n' + "\n".join(lines) + "\n    }\n" + task + "  }\n"


def _beside(plan: Plan) -> str:
    """Return the app of the worker beside the first one; nothing where there is none."""
    if not plan.beside:
        return ""
    deploy = _deploy(replace(plan, command=plan.beside, worker=True, task=()))
    return f'\napp "worker" {{\n  build {{\n    # The same files.\n    from = "web"\n  }}\n\n{deploy}}}\n'


def _list(words: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, words))}]"


def _text(text: str) -> str:
    """Return a text as it is written in a project file, where ${ and %{ would begin something else."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _guess(folder: Path, builders: Collection[str] | None) -> Plan:
    """Return what the files of the folder say about how it is started; a Dockerfile counts if there are builders."""
    described = builders is not None and (folder / dockerfile.NAME).is_file()
    if described and dockerfile.PLUGIN in (builders or ()):
        port = dockerfile.exposed_port(folder / dockerfile.NAME)
        return Plan(name="", container=True, port=port, worker=port is None, seen=dockerfile.NAME)
    plan = _by_files(folder)
    if described and not plan.seen:
        raise UsageError(
            f"the {dockerfile.NAME} in {folder} needs the plugin {dockerfile.PLUGIN}, which is not installed",
            hint=f'pip install "milepost[{dockerfile.PLUGIN}]", or milepost init --command COMMAND',
        )
    return plan


def _by_files(folder: Path) -> Plan:
    """Return what the files of the folder, without a Dockerfile, say about how the app is started."""
    if (folder / "Procfile").is_file():
        return _from_procfile(folder / "Procfile")
    static = (folder / "index.html").is_file()
    if (folder / "package.json").is_file() and not (static and not _npm_starts(folder)):
        prepare = ("npm", "ci") if (folder / "package-lock.json").is_file() else ("npm", "install")
        return Plan(name="", command=("npm", "start"), prepare=prepare, seen="package.json")
    for name in ("server.py", "app.py", "main.py"):
        if (folder / name).is_file():
            return _python(folder, name)
    return Plan(name="", seen="index.html" if static else "")


def _npm_starts(folder: Path) -> bool:
    """Return whether `npm start` has something to start: a script, or the file it starts without one."""
    try:
        scripts = json.loads((folder / "package.json").read_text(encoding="utf-8")).get("scripts") or {}
    except (ValueError, AttributeError):
        return True  # npm itself says best what is wrong with it
    return "start" in scripts or (folder / "server.js").is_file()


def _python(folder: Path, name: str) -> Plan:
    """Return how a Python program is started: by uv where its project is described."""
    if (folder / "uv.lock").is_file():
        return Plan(name="", command=("uv", "run", "python", name), prepare=("uv", "sync"), seen=f"{name} and uv.lock")
    return Plan(name="", command=("python3", name), seen=name)


def _from_procfile(place: Path) -> Plan:
    """Return the `web` process of a Procfile, or else its first, with its `worker` and its `release` task."""
    lines = [line.partition(":") for line in place.read_text(encoding="utf-8", errors="replace").splitlines()]
    processes = {name.strip(): command.strip() for name, mark, command in lines if mark and command.strip()}
    task = processes.pop("release", "")
    named = [each for each in ("web", *processes) if each in processes and not each.startswith("#")]
    first = named[0] if named else ""
    return Plan(
        name="",
        command=_words(processes.get(first, "")),
        worker=first == "worker",
        beside=() if first == "worker" else _words(processes.get("worker", "")),
        task=_words(task) if first else (),
        seen="Procfile" if first else "",
    )


def _words(command: str) -> tuple[str, ...]:
    """Return a command line as words, for a shell where it needs one. Raises UsageError for an open quote."""
    try:
        words = tuple(shlex.split(command))
        if not re.search(r"[$|&;<>*()`]|^\w+=", command):
            return words
        # The shell gives its place to a program that stands alone, so that this one gets the signals.
        alone = not re.search(r"[|&;()]|^\w+=|^exec\b", command)
        return ("sh", "-c", f"exec {command}" if alone else command)
    except ValueError as error:
        raise UsageError(f"the command {command!r} cannot be read: {error}", hint="close the quotes") from error
