"""Who we are to a registry: the block, the environment, the Docker CLI's config and its credential helpers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from milepost.sdk import Secret, Step
from milepost.sdk.artifact import RegistryAccess
from milepost_docker.engine.config import Auth


@dataclass(frozen=True, kw_only=True)
class Login:
    """What to show to one registry; all of it is masked already."""

    server: str
    """The registry, as `Reference.server` has it: `docker.io`, `registry.test:5000`."""
    username: str | None = None
    password: Secret | None = None
    identity_token: Secret | None = None
    registry_token: Secret | None = None
    origin: str = ""
    """Where it was found, in words; nothing for nobody."""

    @property
    def anonymous(self) -> bool:
        """Whether there is nothing to show."""
        raise NotImplementedError

    def header(self) -> str:
        """Return the value of the engine's header `X-Registry-Auth`. It is a secret, masked already."""
        raise NotImplementedError

    def access(self, reference: str, *, insecure: bool = False) -> RegistryAccess:
        """Return it as what a builder or a platform of any plugin understands."""
        raise NotImplementedError


def credentials(server: str, auth: Auth | None, step: Step) -> Login:
    """Return who we are to a registry: the block if it says anything, else what the Docker CLI knows, else nobody.

    The CLI's: DOCKER_AUTH_CONFIG, then its config file with `credHelpers`, `credsStore` and `auths`. Raises
    MilepostError naming a helper that is missing or fails.
    """
    raise NotImplementedError


def decoded(encoded: Secret, step: Step) -> Auth:
    """Return what base64 of a JSON document says (`encoded_auth`). Raises MilepostError where it is none."""
    raise NotImplementedError


def of_access(access: RegistryAccess, step: Step) -> Login:
    """Return the login that a registry of any plugin has granted."""
    raise NotImplementedError


def registry_config(logins: Iterable[Login]) -> str:
    """Return the value of the engine's header `X-Registry-Config`, with which a build pulls its base images."""
    raise NotImplementedError


@contextmanager
def docker_config(logins: Iterable[Login], step: Step) -> Iterator[Path]:
    """Give a folder for DOCKER_CONFIG: the user's own config (contexts, helpers, plugins) and these logins.

    So programs (buildx, pack, docker) get credentials without any of it in their arguments. Readable by the user
    alone, and gone with the context.
    """
    raise NotImplementedError
    yield
