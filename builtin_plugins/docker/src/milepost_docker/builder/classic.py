"""A build by the engine's classic builder, for who has no buildx: the context is streamed to it as it is read.

It goes by the SDK's session, not by its `build`, which writes the context to a file first and knows no ulimits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from milepost.sdk import OperationError, Step
from milepost_docker.builder.bases import base_servers
from milepost_docker.builder.buildkit import base_logins
from milepost_docker.builder.context import compressed, dockerfile_name, packed
from milepost_docker.builder.order import Order
from milepost_docker.builder.recipe import readable
from milepost_docker.builder.transcript import followed
from milepost_docker.credentials import Login, credentials, registry_config
from milepost_docker.engine.connect import Engine, connected
from milepost_docker.engine.request import Query, Request
from milepost_docker.engine.trouble import EngineError
from milepost_docker.image import Image, inspected

UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def build(order: Order, step: Step) -> Image:
    """Build on the engine and return the image. Raises OperationError with the failing step and its log."""
    with connected(order.config.client_config, step) as engine:
        pieces = packed(order.recipe, step)
        body = pieces if engine.address.local else compressed(pieces)
        headers = {"Content-Type": "application/x-tar"}
        logins = [each for each in _logins(order, step) if not each.anonymous]
        if logins:
            headers["X-Registry-Config"] = registry_config(logins)
        request = Request(method="POST", path="/build", query=_query(order, engine), body=body, headers=headers)
        messages = engine.upload(request)
        try:
            image = followed(messages, step)
        except EngineError as error:
            # Such as for a Dockerfile that it cannot read.
            message = f"the image of {step.facts.app} was not built: {error.said}"
            raise OperationError(message, hint=error.hint) from error
        answer = engine.image(image)
        if answer is None:
            raise OperationError(f"{image} was built, and the engine does not have it any more", hint="milepost build")
        return inspected(order.reference, answer, engine.address.identity)


def _logins(order: Order, step: Step) -> Iterator[Login]:
    """Yield who we are where base images come from: as the config says, else as the Docker CLI knows."""
    yield from base_logins(order, step)
    told = {each.hostname for each in order.config.auth}
    for server in base_servers(readable(order.recipe.dockerfile), order.config.build_args):
        if server not in told:
            yield credentials(server, None, step)


def _query(order: Order, engine: Engine) -> Query:
    """Return the order as the engine's API takes it."""
    config = order.config
    return {
        "dockerfile": dockerfile_name(order.recipe),
        "t": order.names,
        "buildargs": config.build_args or None,
        "target": config.target,
        "nocache": config.no_cache,
        "pull": "1" if config.pull else None,
        "cachefrom": json.dumps(config.cache_from) if config.cache_from else None,
        "labels": dict(order.labels),
        "networkmode": config.network,
        "extrahosts": [f"{host}:{address}" for host, address in config.add_hosts.items()],
        "shmsize": _bytes(config.shm_size) if config.shm_size else None,
        "ulimits": json.dumps([_ulimit(name, limit) for name, limit in config.ulimits.items()])
        if config.ulimits
        else None,
        "platform": _platform(order, engine),
        "rm": True,
        "forcerm": True,
    }


def _platform(order: Order, engine: Engine) -> str | None:
    """Return the platform where it is not the engine's own, which needs no word."""
    wanted = order.platforms[0] if order.platforms else None
    return None if wanted is None or wanted == engine.platform() else wanted


def _ulimit(name: str, limit: str) -> dict[str, str | int]:
    soft, _, hard = limit.partition(":")
    return {"Name": name, "Soft": int(soft), "Hard": int(hard or soft)}


def _bytes(text: str) -> int:
    """Return a size such as `128m` in bytes. Raises OperationError."""
    found = re.fullmatch(r"(\d+)([bkmg]?)b?", text.strip().lower())
    if found is None:
        raise OperationError(f"shm_size {text!r} is no size", hint='shm_size = "128m"')
    return int(found[1]) * UNITS[found[2]]
