"""The project descriptor, `project.toml`, with the files that the build is not to see."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from milepost.sdk import OperationError, Step
from milepost_buildpacks.config import BuildpacksConfig

USUAL = "project.toml"


def descriptor(config: BuildpacksConfig, step: Step) -> Path | None:
    """Return the descriptor that `pack` is to read; None: it finds the app's own, if there is one.

    Where files are to be left out it is a copy with these among its excludes. Raises OperationError where the app's
    own cannot be read or says which files to include.
    """
    source = step.facts.source
    own = source / (config.descriptor or USUAL)
    if config.descriptor and not own.is_file():
        raise OperationError(f"descriptor: there is no file {own}", hint=f"without one: {USUAL}, where there is one")
    excludes = [*config.ignore, *_folders_of_milepost(step)]
    if not excludes:
        return own if config.descriptor else None
    document = _read(own) if own.is_file() else {"_": {"schema-version": "0.2"}}
    _exclude(document, excludes, own)
    _make_absolute(document, own.parent)
    copy = step.facts.scratch / USUAL
    copy.write_text(written(document), encoding="utf-8")
    return copy


def located(name: str, folder: Path) -> str:
    """Return a buildpack as `pack` finds it from anywhere: a path becomes absolute, all else stays what it is."""
    is_path = name.startswith(("./", "../")) or ("@" not in name and "://" not in name and (folder / name).exists())
    return str((folder / name).resolve()) if is_path else name


def written(document: dict[str, Any]) -> str:
    """Return a document as TOML: one line for each top-level name."""
    return "".join(f"{json.dumps(name)} = {_value(value)}\n" for name, value in document.items())


def _value(value: object) -> str:
    """Return a value as it stands in TOML; strings are written as in JSON, which TOML reads the same."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_value(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    # A date has no form in JSON and stands bare in TOML.
    return json.dumps(value) if isinstance(value, str | bool | int | float) else str(value)


def _read(path: Path) -> dict[str, Any]:
    """Return the app's own descriptor."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OperationError(f"{path} cannot be read: {error}", hint="https://buildpacks.io/docs") from error


def _exclude(document: dict[str, Any], excludes: Sequence[str], path: Path) -> None:
    """Add to the excludes, where the version of the descriptor has them."""
    is_new = str(document.get("_", {}).get("schema-version", "0.1")) != "0.1"
    place = document.setdefault("io", {}).setdefault("buildpacks", {}) if is_new else document.setdefault("build", {})
    if place.get("include"):
        raise OperationError(
            f"{path} says which files to include, so what is to be ignored as well has no place there",
            hint="ignore = […] can go: what is not included is left out",
        )
    place["exclude"] = [*place.get("exclude", ()), *excludes]


def _make_absolute(document: dict[str, Any], folder: Path) -> None:
    """Make paths of buildpacks absolute: they are relative to the descriptor, and the copy stands elsewhere."""
    new, old = document.get("io", {}).get("buildpacks", {}), document.get("build", {})
    groups = (new.get("group", ()), *(new.get(each, {}).get("group", ()) for each in ("pre", "post")))
    for buildpack in (*(each for group in groups for each in group), *old.get("buildpacks", ())):
        if "uri" in buildpack:
            buildpack["uri"] = located(buildpack["uri"], folder)


def _folders_of_milepost(step: Step) -> list[str]:
    """Return milepost's own folders below the app's, which are never part of a build."""
    source = step.facts.source.resolve()
    own = (each.resolve() for each in step.facts.own)
    return [f"/{each.relative_to(source).as_posix()}" for each in own if each != source and each.is_relative_to(source)]
