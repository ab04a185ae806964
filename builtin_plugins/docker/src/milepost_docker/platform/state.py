"""What is remembered of a deployment, so that it can be found, started and removed."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from milepost.sdk import PluginState


class ReplicaState(Struct, frozen=True, kw_only=True):
    """One container of a deployment."""

    number: Annotated[int, Meta(description="Which replica it is, from 1.")]
    name: Annotated[str, Meta(description="The container's name.")]
    id: Annotated[str, Meta(description="The engine's id of it; empty while it is not made.")] = ""
    ports: Annotated[
        dict[str, int], Meta(description="Its ports → the loopback port of the engine's machine that leads there.")
    ] = {}


class DockerState(PluginState, frozen=True, kw_only=True):
    """What is remembered of a deployment."""

    key: Annotated[str, Meta(description="The deployment's key, with which the names of its containers begin.")]
    host: Annotated[str, Meta(description="The address of the engine it is on.")]
    local: Annotated[bool, Meta(description="Whether that engine is on the machine that deployed.")] = True
    image: Annotated[str, Meta(description="The id of the image.")]
    network: Annotated[str, Meta(description="The network of project and workspace.")]
    restart: Annotated[str, Meta(description="When the engine starts a container again.")]
    port: Annotated[int | None, Meta(description="The port that is exposed; None for a worker.")] = None
    url: Annotated[str | None, Meta(description="Where a proxy of the user's shows it.")] = None
    pulled: Annotated[
        str | None,
        Meta(description="The reference under which the image goes with it, since a registry has it; None: it stays."),
    ] = None
    wanted: Annotated[int, Meta(description="How many containers there should be.")] = 1
    volumes: Annotated[tuple[str, ...], Meta(description="The volumes that it uses and that are ours.")] = ()
    replicas: Annotated[tuple[ReplicaState, ...], Meta(description="Its containers.")] = ()
