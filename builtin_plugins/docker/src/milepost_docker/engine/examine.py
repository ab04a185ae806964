"""What `doctor` wants to know of an engine."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.sdk import Step
from milepost.sdk.capabilities import Examined
from milepost_docker.engine.config import ClientConfig


def examine_engine(config: ClientConfig, step: Step) -> Iterator[Examined]:
    """Yield what is found of the engine: reachable, version, architecture, disk, buildx. Never raises."""
    raise NotImplementedError
    yield
