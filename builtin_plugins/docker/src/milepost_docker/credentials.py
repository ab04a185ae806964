"""Who we are to a registry: the block, the environment, the Docker CLI's config and its credential helpers."""

from __future__ import annotations

from milepost.sdk import Step
from milepost_docker.engine.config import Auth
from milepost_docker.keyring import config_environment, docker_config, known, names_of
from milepost_docker.login import Login, decoded, of_access, of_auth, registry_config

__all__ = [
    "Login",
    "config_environment",
    "credentials",
    "decoded",
    "docker_config",
    "of_access",
    "registry_config",
]

BLOCK = "the auth block"


def credentials(server: str, auth: Auth | None, step: Step) -> Login:
    """Return who we are to a registry: the block if it says anything, else what the Docker CLI knows, else nobody.

    A block with a `hostname` is for that registry alone. The CLI's: DOCKER_AUTH_CONFIG, then its config file with
    `credHelpers`, `credsStore` and `auths`. Raises MilepostError naming a helper that is missing or fails.
    """
    if auth is not None and _is_for(auth, server):
        login = of_auth(server, auth, BLOCK, step)
        if not login.anonymous:
            return login
    return known(server, step) or Login(server=server)


def _is_for(auth: Auth, server: str) -> bool:
    """Return whether a block is for a registry."""
    named = (auth.hostname or "").removeprefix("https://").partition("/")[0]
    return not named or named in names_of(server)
