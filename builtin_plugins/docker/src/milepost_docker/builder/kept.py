"""Images that a builder made, looked for and deleted: on the engine, or in the registry where it pushed them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from milepost.sdk import Artifact, Step
from milepost_docker.credentials import credentials, of_access
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.glance import glance
from milepost_docker.engine.trouble import MissingError
from milepost_docker.image import Image, image_of

if TYPE_CHECKING:
    from milepost_docker.registry.api import RegistryClient


class KeepsImages:
    """What builders of images are able to do with those of before: `milepost.sdk.capabilities.KeepsArtifacts`."""

    _client: ClientConfig

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the image is there under its name, and is the one that was recorded."""
        image = image_of(artifact)
        if image.location == "registry":
            with _registry(image, step) as registry:
                return registry.find(image.reference.path, image.digest) is not None
        return engine_has(image.reference.familiar, image.digest, self._client, step)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Take its name from the image, and the image itself when it has no other; what is gone is no error.

        Raises ConflictError where a container uses it.
        """
        image = image_of(artifact)
        if image.location == "registry":
            with _registry(image, step) as registry:
                registry.delete_manifest(image.reference.path, image.digest)
        elif self.exists(artifact, step):
            engine_drops(image.reference.familiar, self._client, step)


def engine_has(name: str, identity: str | None, client: ClientConfig, step: Step) -> bool:
    """Return whether the engine has an image under a name, and under this id where there is one to compare."""
    with glance(client, step) as engine:
        found = engine.image(name)
    return found is not None and identity in (None, found["Id"])


def engine_drops(name: str, client: ClientConfig, step: Step) -> None:
    """Take a name from an image of the engine, and the image itself when it has no other; gone is no error."""
    from milepost_docker.engine.connect import connected  # noqa: PLC0415  not on the way of a build

    with connected(client, step) as engine, suppress(MissingError):
        engine.delete(f"/images/{name}")


def _registry(image: Image, step: Step) -> RegistryClient:
    """Return the registry that has the image, spoken to as today's project file says."""
    from milepost_docker.registry.api import RegistryClient  # noqa: PLC0415  not on the way of a build
    from milepost_docker.registry.talk import Manner  # noqa: PLC0415  the same

    access = step.facts.registry
    if access is not None:
        return RegistryClient(of_access(access, step), step, Manner(insecure=access.insecure))
    return RegistryClient(credentials(image.reference.server, None, step), step)
