"""How the engine of a deployment is reached: where it was recorded to be, with today's credentials."""

from __future__ import annotations

from contextlib import suppress

from msgspec import structs

from milepost.sdk import MilepostError, Step
from milepost_docker.engine.address import context_of, locate
from milepost_docker.engine.config import ClientConfig
from milepost_docker.platform.state import DockerState


def client_of(config: ClientConfig, state: DockerState, step: Step) -> ClientConfig:
    """Return how to reach the engine that a deployment is on, wherever the environment points today.

    Who we are there is today's: what the block says, or the context that has this engine now.
    """
    environment, home = step.facts.environment, step.facts.home
    with suppress(MilepostError):  # what today's choice names may be gone
        if locate(config, environment, home).identity == state.host and not config.host:
            return config
    return credited(structs.replace(config, host=state.host, context=None), step)


def credited(config: ClientConfig, step: Step) -> ClientConfig:
    """Return the same with the context in the place of an address that it has: it knows the certificates."""
    if not (config.host or "").startswith("tcp://") or config.cert_path:
        return config
    known_as = context_of(config.host or "", step.facts.environment, step.facts.home)
    return structs.replace(config, host=None, context=known_as) if known_as else config
