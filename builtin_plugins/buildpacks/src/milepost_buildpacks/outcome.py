"""What `pack` has made, read from its report and from the image, as an artifact."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from milepost.sdk import CONTAINER_IMAGE, Artifact, Command, CommandFailedError, OperationError, Step
from milepost_buildpacks import engine
from milepost_buildpacks.order import Order, surroundings, tag_of

FORMATS = {"sbom.cdx.json": "cyclonedx", "sbom.spdx.json": "spdx", "sbom.syft.json": "syft"}


def artifact(order: Order, step: Step) -> Artifact:
    """Return the image that was made. Raises OperationError where the report does not say which."""
    folder = step.facts.scratch / order.reports
    digest = _digest(folder / "report.toml", published=order.access is not None)
    name = order.name.removesuffix(f":{tag_of(order.name)}")
    by_digest = f"{name}@{digest}"
    known = {} if order.access else engine.image(order.name, step)
    platforms = [each for each in (_platform(order, known),) if each]
    details: dict[str, Any] = {
        "image": name,
        "tag": tag_of(order.name),
        "platforms": platforms,
        "architecture": platforms[0].partition("/")[2] if platforms else "",
        "location": "registry" if order.access else "engine",
        "remote": order.access is not None,
        "builder": order.builder,
        **_found({"size": known.get("Size"), "engine": _engine(order), "labels": _labels(known)}),
        **_made_of(by_digest if order.access else order.name, order, step),
        **_bill(folder / "sbom", by_digest if order.access else order.name, order),
    }
    reference = by_digest if order.access else order.name
    return Artifact(
        kind=CONTAINER_IMAGE,
        reference=reference,
        digest=digest,
        details=details,
        provisional=order.access is None,
    )


def _digest(report: Path, *, published: bool) -> str:
    """Return the digest that the registry has it under, or the id that the engine gave it."""
    try:
        image = tomllib.loads(report.read_text(encoding="utf-8"))["image"]
        said = str(image["digest" if published else "image-id"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OperationError(
            f"pack built the image and does not say which: {error}", hint="pack version: 0.29 or newer"
        ) from error
    return said if said.startswith("sha256:") else f"sha256:{said}"


def _platform(order: Order, known: dict[str, Any]) -> str:
    """Return what it was built for."""
    if known.get("Architecture"):
        parts = (known.get("Os", "linux"), known["Architecture"], known.get("Variant"))
        return "/".join(each for each in parts if each)
    return order.platform or (order.engine.platform if order.engine else "")


def _engine(order: Order) -> str | None:
    """Return which engine has it, if one has."""
    return order.engine.host if order.engine and order.access is None else None


def _labels(known: dict[str, Any]) -> dict[str, str]:
    """Return its labels, but for the long documents that buildpacks keep there."""
    labels = (known.get("Config") or {}).get("Labels") or {}
    return {name: value for name, value in labels.items() if not value.startswith(("{", "["))}


def _made_of(reference: str, order: Order, step: Step) -> dict[str, Any]:
    """Return buildpacks, processes and run image, as `pack` reads them from the image; nothing where it cannot."""
    argv = ("pack", "inspect", reference, "--output=json", "--no-color")
    try:
        said = step.run(Command(argv=argv, env=surroundings(order, step), quiet=True))
        document = json.loads(said.stdout)
    except (CommandFailedError, ValueError) as error:
        step.say(f"the image is made, and what it is made of is not recorded: {error}")
        return {}
    info = document.get("remote_info" if order.access else "local_info") or {}
    buildpacks = [
        {"id": each.get("id", ""), "version": each.get("version", "")} for each in info.get("buildpacks") or ()
    ]
    processes = [_process(each) for each in info.get("processes") or ()]
    run_images = info.get("run_images") or [{}]
    return _found(
        {
            "buildpacks": buildpacks,
            "sources": [f"{each['id']}@{each['version']}" for each in buildpacks],
            "processes": processes,
            "run_image": (info.get("base_image") or {}).get("reference") or run_images[0].get("name"),
            "build_labels": _build_labels(buildpacks, processes),
        }
    )


def _process(said: dict[str, Any]) -> dict[str, Any]:
    """Return a process that the image can start."""
    command = said.get("command") or ""
    words = command if isinstance(command, list) else [command]
    return {
        "type": said.get("type", ""),
        "command": [*words, *(said.get("args") or ())],
        "default": bool(said.get("default")),
    }


def _build_labels(buildpacks: list[dict[str, str]], processes: list[dict[str, Any]]) -> dict[str, str]:
    """Return what Waypoint's files know as `artifact.build_labels`."""
    languages = [each["id"].rpartition("/")[2] for each in buildpacks if each["id"] != "heroku/procfile"]
    started = next((each for each in processes if each["default"]), None)
    chosen = {"common/command": " ".join(started["command"]), "common/command-type": started["type"]} if started else {}
    return {"common/languages": ",".join(languages), **chosen}


def _bill(folder: Path, reference: str, order: Order) -> dict[str, Any]:
    """Return how to get the bill of materials, which is a layer of the image, and in which formats it is."""
    formats = sorted({FORMATS[each.name] for each in folder.rglob("*.json") if each.name in FORMATS})
    remote = " --remote" if order.access else ""
    return {"sbom": {"formats": formats, "get": f"pack sbom download{remote} {reference}"}} if formats else {}


def _found(known: dict[str, Any]) -> dict[str, Any]:
    """Return what is known."""
    return {name: value for name, value in known.items() if value}
