"""What an image of buildpacks is made of: buildpacks, processes, run image; as a registry or an engine tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from milepost.sdk import Command, CommandFailedError, Step
from milepost_buildpacks.order import Order, surroundings

BUILT = "io.buildpacks.build.metadata"
KEPT = "io.buildpacks.lifecycle.metadata"


def of_registry(reference: str, order: Order, step: Step) -> dict[str, Any]:
    """Return what `pack` reads from a published image; nothing, and a word about it, where it cannot."""
    argv = ("pack", "inspect", reference, "--output=json", "--no-color")
    try:
        said = step.run(Command(argv=argv, env=surroundings(order, step), quiet=True))
        info = json.loads(said.stdout)["remote_info"] or {}
    except (CommandFailedError, ValueError, LookupError, TypeError) as error:
        step.say(f"the image is made, and what it is made of is not recorded: {error}")
        return {}
    processes = [_process(each, bool(each.get("default"))) for each in info.get("processes") or ()]
    run_images = info.get("run_images") or [{}]
    return _details(info, processes, (info.get("base_image") or {}).get("reference") or run_images[0].get("name"))


def of_labels(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return what the labels of an image say, in which buildpacks keep it.

    `pack` is not asked: it would look for the image on Docker Hub too.
    """
    built, kept = _document(labels.get(BUILT)), _document(labels.get(KEPT))
    default = built.get("buildpack-default-process-type") or "web"
    processes = [_process(each, each.get("type") == default) for each in built.get("processes") or ()]
    return _details(built, processes, (kept.get("runImage") or {}).get("image"))


def _details(info: dict[str, Any], processes: list[dict[str, Any]], run_image: str | None) -> dict[str, Any]:
    """Return the details of an artifact, as far as they are known."""
    buildpacks = [
        {"id": each.get("id", ""), "version": each.get("version", "")} for each in info.get("buildpacks") or ()
    ]
    found = {
        "buildpacks": buildpacks,
        "sources": [f"{each['id']}@{each['version']}" for each in buildpacks],
        "processes": processes,
        "run_image": run_image,
        "build_labels": _build_labels(buildpacks, processes) if buildpacks else {},
    }
    return {name: value for name, value in found.items() if value}


def _process(said: dict[str, Any], is_default: bool) -> dict[str, Any]:
    """Return a process that the image can start."""
    command = said.get("command") or ""
    words = command if isinstance(command, list) else [command]
    return {"type": said.get("type", ""), "command": [*words, *(said.get("args") or ())], "default": is_default}


def _build_labels(buildpacks: list[dict[str, str]], processes: list[dict[str, Any]]) -> dict[str, str]:
    """Return what Waypoint's files know as `artifact.build_labels`."""
    languages = [each["id"].rpartition("/")[2] for each in buildpacks if each["id"] != "heroku/procfile"]
    started = next((each for each in processes if each["default"]), None)
    chosen = {"common/command": " ".join(started["command"]), "common/command-type": started["type"]} if started else {}
    return {"common/languages": ",".join(languages), **chosen}


def _document(label: str | None) -> dict[str, Any]:
    """Return the JSON document in a label; nothing where there is none."""
    try:
        found = json.loads(label or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
