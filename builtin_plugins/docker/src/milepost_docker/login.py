"""What is shown to one registry: a name and a password, a token, or nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from milepost.sdk import Credential, MilepostError, Secret, Step
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.secret import Part
from milepost_docker.engine.config import Auth
from milepost_docker.reference import HUB

SecretT = TypeVar("SecretT", bound=Secret)

HUB_KEY = "https://index.docker.io/v1/"
"""How the Docker CLI and engines call Docker Hub where credentials are concerned."""


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
        return not (self.password or self.identity_token or self.registry_token)

    @property
    def key(self) -> str:
        """How the Docker CLI calls the registry in its config."""
        return HUB_KEY if self.server == HUB else self.server

    def document(self) -> dict[str, str]:
        """Return it in the words of the engine's API, in clear."""
        told = {
            "username": self.username,
            "password": self.password and self.password.reveal(),
            "identitytoken": self.identity_token and self.identity_token.reveal(),
            "registrytoken": self.registry_token and self.registry_token.reveal(),
            "serveraddress": None if self.anonymous else self.key,
        }
        return {name: value for name, value in told.items() if value}

    def header(self) -> str:
        """Return the value of the engine's header `X-Registry-Auth`. It is a secret, masked already."""
        return _encoded(self.document())

    def access(self, reference: str, *, insecure: bool = False) -> RegistryAccess:
        """Return it as what a builder or a platform of any plugin understands."""
        return RegistryAccess(
            reference=reference,
            server=self.server,
            username=self.username,
            password=self.password,
            token=self.identity_token,
            insecure=insecure,
        )


def of_auth(server: str, auth: Auth, origin: str, step: Step) -> Login:
    """Return what a block, or an entry of a config, says, masked from now on. Raises MilepostError for bad base64."""
    username, password, pair = auth.username, _given(auth.password), _given(auth.auth)
    if pair and not password:
        username, password = _pair(pair, origin)
    login = Login(
        server=server,
        username=username,
        password=password,
        identity_token=_given(auth.identity_token),
        registry_token=_given(auth.registry_token),
        origin=origin,
    )
    return hidden(login, step)


def of_access(access: RegistryAccess, step: Step) -> Login:
    """Return the login that a registry of any plugin has granted."""
    login = Login(
        server=access.server,
        username=access.username,
        password=_given(access.password),
        identity_token=_given(access.token),
        origin="the registry block",
    )
    return hidden(login, step)


def decoded(encoded: Secret, step: Step) -> Auth:
    """Return what base64 of a JSON document says (`encoded_auth`). Raises MilepostError where it is none."""
    step.mask(encoded.reveal())
    try:
        told = json.loads(_bytes(encoded.reveal()))
    except ValueError as error:
        raise _not_encoded() from error
    if not isinstance(told, dict):
        raise _not_encoded()
    return auth_of(told)


def auth_of(told: dict[str, object], source: str = "") -> Auth:
    """Return a document in the words of the engine's API, or of the Docker CLI's config, as a block."""

    def secret(name: str) -> Credential | None:
        value = told.get(name)
        return credential(str(value), source) if value else None

    return Auth(
        username=str(told["username"]) if told.get("username") else None,
        password=secret("password"),
        auth=secret("auth"),
        server_address=str(told["serveraddress"]) if told.get("serveraddress") else None,
        identity_token=secret("identitytoken"),
        registry_token=secret("registrytoken"),
    )


def registry_config(logins: Iterable[Login]) -> str:
    """Return the value of the engine's header `X-Registry-Config`, with which a build pulls its base images."""
    return _encoded({each.key: each.document() for each in logins if not each.anonymous})


def credential(text: str, source: str = "") -> Credential:
    """Return a text as a credential."""
    return Credential([Part(text, source or None)])


def hidden(login: Login, step: Step) -> Login:
    """Return the login after all of it, and all that it is sent as, was masked."""
    for each in (login.password, login.identity_token, login.registry_token):
        if each is not None:
            step.mask(each.reveal())
    if not login.anonymous:
        step.mask(login.header())
        step.mask(basic(login))
    return login


def basic(login: Login) -> str:
    """Return name and password as the Docker CLI's config has them; empty where there is no password."""
    if login.password is None:
        return ""
    return base64.b64encode(f"{login.username or ''}:{login.password.reveal()}".encode()).decode()


def _given(secret: SecretT | None) -> SecretT | None:
    """Return a secret; None for an empty one, as a variable may be that is not set."""
    return secret if secret is not None and secret.reveal() else None


def _pair(encoded: Secret, origin: str) -> tuple[str, Credential]:
    """Return name and password of `USER:PASSWORD` in base64."""
    try:
        username, colon, password = _bytes(encoded.reveal()).decode().partition(":")
    except ValueError:
        colon = username = password = ""
    if not colon:
        message = f"the credentials in {origin} cannot be read: `auth` is not USER:PASSWORD in base64"
        raise MilepostError(message, hint="write username and password instead")
    # The CLI pads with zero bytes.
    return username, credential(password.strip("\x00"), origin)


def _bytes(text: str) -> bytes:
    """Return what base64 of either alphabet says, padded or not. Raises ValueError."""
    plain = text.strip().replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _encoded(document: object) -> str:
    """Return a document as the engine's headers have it."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


def _not_encoded() -> MilepostError:
    message = "encoded_auth cannot be read: it is no base64 of a JSON object"
    return MilepostError(
        message, hint="""such as printf '{"username":"U","password":"P"}' | base64 -w0; or use auth {}"""
    )
