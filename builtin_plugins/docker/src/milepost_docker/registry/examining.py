"""What `doctor` wants to know of a registry."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.sdk import MilepostError, Step
from milepost.sdk.capabilities import Examined
from milepost_docker.credentials import Login
from milepost_docker.registry.account import Account
from milepost_docker.registry.config import DockerRegistryConfig
from milepost_docker.registry.proxy import is_loopback
from milepost_docker.registry.pushing import knows_insecure


def examined(config: DockerRegistryConfig, step: Step) -> Iterator[Examined]:
    """Yield what is found of the registry, and of what the engine knows of it."""
    try:
        account = Account(config, step)
        login = account.login(config.place.server)
        with account.client(config.place.server) as registry:
            registry.login()
        yield Examined(level="ok", what=f"the registry {config.place.server} lets us in as {_who(login)}")
        account.try_push()
        yield Examined(level="ok", what=f"{config.place.familiar_name} takes what is pushed")
        if config.insecure:
            yield from _of_engine(config, step)
    except MilepostError as error:
        yield Examined(level="problem", what=str(error), hint=error.hint)


def _who(login: Login) -> str:
    """Return who we are, and how that was found out."""
    if login.anonymous:
        return "nobody: there is no login for it"
    return f"{login.username or 'who has its token'} (by {login.origin})"


def _of_engine(config: DockerRegistryConfig, step: Step) -> Iterator[Examined]:
    """Yield whether the engine takes an insecure registry as such, which only its own config says."""
    server = config.place.server
    if (
        is_loopback(server.rpartition(":")[0] or server)
        or knows_insecure(server, config.client_config, step) is not False
    ):
        return
    yield Examined(
        level="warning",
        what=f"the engine does not know {server} as insecure: it will neither push there nor pull",
        hint=f'"insecure-registries": ["{server}"] in its daemon.json, then restart it',
    )
