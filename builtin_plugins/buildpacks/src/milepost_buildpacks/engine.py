"""What the docker command line, where there is one, tells of the engine that `pack` builds on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from milepost.sdk import Command, CommandFailedError, OperationError, Result, Step

SOCKET = "unix:///var/run/docker.sock"
"""Where containers of the build look for the engine when nobody says another place."""

OF_ONE_BUILD = ("pack-layers-", "pack-app-")
"""How `pack` calls the volumes that it makes for one build and removes with it."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The engine, as far as a build wants to know it."""

    host: str
    """Where it is, as DOCKER_HOST would say."""
    api: str
    """The newest version of the API that it speaks, such as `1.41`."""
    platform: str
    """What it runs, such as `linux/amd64`."""


def look(step: Step) -> Engine | None:
    """Return the engine; None where there is no docker command line to ask. Raises OperationError if none answers."""
    said = _docker(("version", "--format", "{{json .Server}}"), step)
    if said is None:
        return None
    server = _document(said)
    if said.status or not server:
        why = said.stderr.decode(errors="replace").strip()
        raise OperationError(f"buildpacks need a container engine, and none answers: {why}", hint="docker info")
    platform = f"{server.get('Os', 'linux')}/{server.get('Arch', 'amd64')}"
    return Engine(host=_host(step), api=server.get("ApiVersion", ""), platform=platform)


def image(reference: str, step: Step) -> dict[str, Any]:
    """Return what the engine says of an image; nothing when it cannot be asked."""
    said = _docker(("image", "inspect", "--format", "{{json .}}", reference), step)
    return _document(said) if said else {}


def remove_image(reference: str, step: Step) -> None:
    """Take a name from an image. Raises OperationError where the engine does not."""
    said = _docker(("image", "rm", reference), step)
    if said is None or said.status:
        why = said.stderr.decode(errors="replace").strip() if said else "there is no docker command line"
        raise OperationError(f"the image {reference} was not deleted: {why}", hint=f"docker image rm {reference}")


def remove_left(volume: str, step: Step) -> None:
    """Remove containers of builds that were killed: those of `pack` with this app's cache, which we hold now."""
    chosen = ("--filter", "label=author=pack", "--filter", f"volume={volume}")
    said = _docker(("ps", "--all", "--quiet", *chosen), step)
    left = said.stdout.decode().split() if said else []
    if not left:
        return
    step.say(f"removing what an earlier build has left: {', '.join(left)}")
    mounted = _docker(("inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", *left), step)
    _docker(("rm", "--force", *left), step)
    volumes = [each for each in (mounted.stdout.decode().split() if mounted else ()) if each.startswith(OF_ONE_BUILD)]
    if volumes:
        _docker(("volume", "rm", *dict.fromkeys(volumes)), step)


def _host(step: Step) -> str:
    """Return where the engine is: DOCKER_HOST, or what the chosen context says."""
    chosen = step.facts.environment.get("DOCKER_HOST")
    if chosen:
        return chosen
    said = _docker(("context", "inspect", "--format", "{{.Endpoints.docker.Host}}"), step)
    return (said.stdout.decode(errors="replace").strip() if said else "") or SOCKET


def _document(said: Result) -> dict[str, Any]:
    """Return the JSON document that was printed; nothing where there is none."""
    try:
        found = json.loads(said.stdout)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _docker(words: tuple[str, ...], step: Step) -> Result | None:
    """Run the docker command line; None where it is not installed."""
    try:
        return step.run(Command(argv=("docker", *words), quiet=True, check=False))
    except CommandFailedError:
        return None
