"""Networks: the one of a project and workspace, and those of others that an app joins."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from milepost.sdk import OperationError, Step
from milepost_docker.engine.connect import Engine
from milepost_docker.engine.trouble import ConflictError, EngineError, MissingError
from milepost_docker.platform import naming
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.settings import Attachment
from milepost_docker.platform.site import Site


def ensure_network(engine: Engine, step: Step) -> str:
    """Return the name of the network of the project and workspace, which is made if need be.

    Raises OperationError when somebody else's has the name.
    """
    name = naming.network_name(step.facts)
    found = engine.network(name)
    if found is None:
        with step.exclusive(f"network {name}"), suppress(ConflictError):
            if engine.network(name) is None:
                engine.post("/networks/create", body=_body(name, step))
        found = engine.network(name)
    refuse_foreign(name, found or {}, step)
    return name


def _body(name: str, step: Step) -> dict[str, Any]:
    labels = {naming.PROJECT: step.facts.project, naming.WORKSPACE: step.facts.workspace, naming.PART: "network"}
    return {"Name": name, "Driver": "bridge", "CheckDuplicate": True, "Attachable": True, "Labels": labels}


def refuse_foreign(name: str, found: dict[str, Any], step: Step) -> None:
    """Raise OperationError unless the network is that of this project and workspace."""
    labels = found.get("Labels") or {}
    if (labels.get(naming.PROJECT), labels.get(naming.WORKSPACE)) != (step.facts.project, step.facts.workspace):
        owner = labels.get(naming.PROJECT)
        whose = f"the project {owner}'s" if owner else "somebody else's: it has no labels of milepost"
        raise OperationError(
            f"the network {name} is {whose}", hint=f"docker network inspect {name}; remove it if nobody needs it"
        )


def others(config: DockerConfig) -> dict[str, Attachment]:
    """Return the further networks that the config names."""
    proxys = [config.proxy.network] if config.proxy and config.proxy.network else []
    return {**{each: Attachment() for each in (*config.networks, *proxys)}, **config.network}


def demand_others(engine: Engine, config: DockerConfig) -> None:
    """Raise OperationError for a further network that is not there; the engine would say so only at the start."""
    for name in others(config):
        if engine.network(name) is None:
            raise missing_network(name)


def join_others(site: Site, container: str) -> None:
    """Connect a container to the further networks."""
    for name, attachment in others(site.config).items():
        endpoint: dict[str, Any] = {"Aliases": attachment.aliases}
        if attachment.ip:
            endpoint["IPAMConfig"] = {"IPv4Address": attachment.ip}
        site.engine.post(f"/networks/{name}/connect", body={"Container": container, "EndpointConfig": endpoint})


def missing_network(name: str) -> OperationError:
    """Return the error for a network that the config names and the engine has not."""
    return OperationError(f"there is no network {name!r} on the engine", hint=f"docker network create {name}")


def remove_unused(engine: Engine, step: Step) -> None:
    """Remove the network of the project and workspace, if it is ours and nothing is on it any more."""
    name = naming.network_name(step.facts)
    with step.exclusive(f"network {name}"):
        found = engine.network(name)
        labels = (found or {}).get("Labels") or {}
        if found is None or labels.get(naming.PROJECT) != step.facts.project:
            return
        on_it = engine.get("/containers/json", {"all": True, "filters": {"network": [name]}})
        if on_it:
            return
        # Somebody may have joined it this very moment: then the engine refuses, rightly.
        with suppress(MissingError, EngineError):
            engine.delete(f"/networks/{name}")
