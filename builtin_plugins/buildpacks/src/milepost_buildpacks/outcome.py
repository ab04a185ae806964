"""What `pack` has made, read from its report and from the image, as an artifact."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from milepost.sdk import CONTAINER_IMAGE, Artifact, OperationError, Step
from milepost_buildpacks import engine, parts
from milepost_buildpacks.order import Order, tag_of

FORMATS = {"sbom.cdx.json": "cyclonedx", "sbom.spdx.json": "spdx", "sbom.syft.json": "syft"}


def artifact(order: Order, step: Step) -> Artifact:
    """Return the image that was made. Raises OperationError where the report does not say which."""
    folder = step.facts.scratch / order.reports
    digest = _digest(folder / "report.toml", published=order.access is not None)
    name = order.name.removesuffix(f":{tag_of(order.name)}")
    by_digest = f"{name}@{digest}"
    reference = by_digest if order.access else order.name
    known = {} if order.access else engine.image(order.name, step)
    labels = (known.get("Config") or {}).get("Labels") or {}
    details = {
        **_kind(name, _platform(order, known), order),
        **_found({"size": known.get("Size"), "engine": _engine(order), "labels": _short(labels)}),
        **(parts.of_registry(reference, order, step) if order.access else parts.of_labels(labels)),
        **_bill(folder / "sbom", reference, order),
    }
    return Artifact(
        kind=CONTAINER_IMAGE,
        reference=reference,
        digest=digest,
        details=details,
        provisional=order.access is None,
    )


def _kind(name: str, platform: str, order: Order) -> dict[str, Any]:
    """Return the details that every image has."""
    return {
        "image": name,
        "tag": tag_of(order.name),
        "platforms": [platform] if platform else [],
        "architecture": platform.partition("/")[2],
        "location": "registry" if order.access else "engine",
        "remote": order.access is not None,
        "builder": order.builder,
    }


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


def _short(labels: dict[str, str]) -> dict[str, str]:
    """Return the labels but for the long documents that buildpacks keep there."""
    return {name: value for name, value in labels.items() if not value.startswith(("{", "["))}


def _bill(folder: Path, reference: str, order: Order) -> dict[str, Any]:
    """Return how to get the bill of materials, which is a layer of the image, and in which formats it is."""
    formats = sorted({FORMATS[each.name] for each in folder.rglob("*.json") if each.name in FORMATS})
    remote = " --remote" if order.access else ""
    return {"sbom": {"formats": formats, "get": f"pack sbom download{remote} {reference}"}} if formats else {}


def _found(known: dict[str, Any]) -> dict[str, Any]:
    """Return what is known."""
    return {name: value for name, value in known.items() if value}
