"""An image that one engine alone has, brought to another one without a registry."""

from __future__ import annotations

from milepost.sdk import Artifact, Step
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.connect import Engine, connected
from milepost_docker.engine.progress import followed


def transfer(engine: Engine, artifact: Artifact, source: str, step: Step) -> None:
    """Have the engine load the image from the engine at the address `source`; nothing is written on the way."""
    step.say(f"sending the image to {engine.address.name}")
    with connected(ClientConfig(host=source), step) as origin:
        pieces = origin.pieces(f"/images/{artifact.digest}/get")
        followed(engine.stream("/images/load", {"quiet": True}, pieces), "loading the image", step)
