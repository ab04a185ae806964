"""Who we are to the registries that one `use` block has to do with, and how each is spoken with."""

from __future__ import annotations

from milepost.sdk import Step
from milepost_docker.credentials import Login, credentials, decoded
from milepost_docker.engine.config import Auth
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.config import DockerRegistryConfig
from milepost_docker.registry.talk import Manner
from milepost_docker.registry.uploading import Uploads


class Account:
    """The logins of a registry block, for one step."""

    def __init__(self, config: DockerRegistryConfig, step: Step) -> None:
        self._config, self._step = config, step
        self._own = config.place.server
        self._found: dict[str, Login] = {}

    def login(self, server: str) -> Login:
        """Return who we are to a server: the block's words are for its own registry alone."""
        if server not in self._found:
            self._found[server] = credentials(server, self._auth() if server == self._own else None, self._step)
        return self._found[server]

    def client(self, server: str) -> RegistryClient:
        """Return a client for a registry; to be used as a context."""
        return RegistryClient(self.login(server), self._step, self._manner(server))

    def try_push(self) -> None:
        """Return when the block's registry would take a push; nothing is left there. Raises OperationError."""
        with self.client(self._own) as registry:
            Uploads(registry, self._config.place.path).may_push()

    def _manner(self, server: str) -> Manner:
        config = self._config
        if server != self._own:
            return Manner(timeout=config.timeout, retries=config.retries)
        return Manner(
            insecure=config.insecure,
            ca=config.ca_in(self._step.facts.source),
            timeout=config.timeout,
            retries=config.retries,
        )

    def _auth(self) -> Auth | None:
        """Return what the block says; nothing leaves it to the Docker CLI's config."""
        config = self._config
        if config.encoded_auth is not None and config.encoded_auth.reveal():
            return decoded(config.encoded_auth, self._step)
        if config.password is not None and config.password.reveal():
            return Auth(username=config.username, password=config.password)
        return config.auth
