"""A connection to an engine for the time of a context: found, tunnelled to, its version agreed on, watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from milepost.sdk import Step
from milepost_docker.engine.address import Address, locate
from milepost_docker.engine.channel import Channel
from milepost_docker.engine.client import Engine
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.guard import Guard
from milepost_docker.engine.request import Body, Query, Request
from milepost_docker.engine.tunnel import tunnelled
from milepost_docker.engine.version import agreed

__all__ = ["Body", "Channel", "Engine", "Query", "Request", "connected", "connected_to"]


@contextmanager
def connected(config: ClientConfig, step: Step, *, heed: bool = True) -> Iterator[Engine]:
    """Give a connection to the engine; a tunnel to it, where it needs one, ends with the context.

    A cancel or a deadline of the step ends any request at once, with the error that `step.check()` raises. With
    `heed=False` it does not: for evidence and cleaning up after such an end. Raises UnreachableError.
    """
    address = locate(config, step.facts.environment, step.facts.home)
    with tunnelled(address, step) as near, connected_to(near, config.timeout, step, heed=heed) as engine:
        yield engine


@contextmanager
def connected_to(address: Address, timeout: float, step: Step, *, heed: bool = True) -> Iterator[Engine]:
    """Give a connection to an engine at an address that needs no tunnel."""
    guard = Guard(step)
    with guard.watching() if heed else nullcontext():
        engine = Engine(address, timeout, guard)
        engine.version = agreed(engine.get("/version"), address)
        try:
            yield engine
        finally:
            engine.close()
