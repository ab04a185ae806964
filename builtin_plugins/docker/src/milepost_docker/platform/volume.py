"""Volumes of a project and workspace: made once, handed from deployment to deployment, removed by name only."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from milepost.sdk import Facts, Step
from milepost_docker.engine.connect import Engine
from milepost_docker.engine.trouble import ConflictError, MissingError
from milepost_docker.platform import measure, naming
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.replica import volume_names
from milepost_docker.platform.site import Site


def ensure_volumes(site: Site) -> tuple[str, ...]:
    """Return the names of the app's volumes on the engine, each made if it was not there."""
    facts = site.step.facts
    labels = {**_owner(facts), naming.PART: "volume"}
    names = tuple(volume_names(site.config, site).values())
    for name in names:
        # One that is there stays as it is: the engine answers with it.
        site.engine.post("/volumes/create", body={"Name": name, "Labels": labels})
    return names


def tell_of_unnamed(config: DockerConfig, image: Mapping[str, Any], step: Step) -> None:
    """Say which folders the image keeps data in that no volume of the config is for: they are new in each container."""
    mounts = (*map(measure.mounted, (*config.volumes, *config.binds)),)
    covered = {each.target.rstrip("/") for each in mounts} | {*config.tmpfs, config.scratch_path}
    for folder in sorted(set(image["Config"].get("Volumes") or ()) - covered):
        step.say(f"the image keeps data in {folder}, which is new with each deployment: volumes names one that lasts")


def remove_left(engine: Engine, step: Step) -> None:
    """Remove the volumes that the app has left in the workspace, with their data."""
    wanted = [naming.PART, *(f"{name}={value}" for name, value in _owner(step.facts).items())]
    left = engine.get("/volumes", {"filters": {"label": wanted}}).get("Volumes") or []
    remove_volumes(engine, tuple(each["Name"] for each in left), step)


def _owner(facts: Facts) -> dict[str, str]:
    """Return the labels of a volume; of one that several apps mount, the app is the one that came first."""
    return {naming.PROJECT: facts.project, naming.WORKSPACE: facts.workspace, naming.APP: facts.app}


def remove_volumes(engine: Engine, names: tuple[str, ...], step: Step) -> None:
    """Remove volumes with their data; one that another container uses stays, which is told."""
    for name in names:
        try:
            with suppress(MissingError):
                engine.delete(f"/volumes/{name}")
        except ConflictError as error:
            step.say(f"the volume {name} stays: {error.said}")
