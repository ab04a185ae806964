"""The registry `docker` with `local = true`: images get a name on their engine, and stay there."""

from __future__ import annotations

from dataclasses import replace

from milepost.sdk import Artifact, Step
from milepost_docker.image import image_of
from milepost_docker.reference import operation_tag
from milepost_docker.registry.config import DockerRegistryConfig
from milepost_docker.registry.pushing import delete_from_engine, is_on_engine, tag_on_engine
from milepost_docker.registry.registry import DockerRegistry


class LocalTags:
    """Names images on an engine. It grants no access: a builder that pushed would push somewhere."""

    def __init__(self, config: DockerRegistryConfig) -> None:
        self._config = config

    def push(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the image under its new name, as provisional as before; one of a registry stays as it is."""
        image = image_of(artifact)
        if image.location != "engine":
            step.say(f"{artifact.reference} is in a registry already, and is used from there")
            return artifact
        place = self._config.place
        unique = image.reference.tag or operation_tag(step.facts.operation)
        tags = dict.fromkeys((self._config.tag or unique, *self._config.tags))
        places = tuple(place.tagged(each) for each in tags)
        tag_on_engine(image, places, self._config.client_config, step)
        return replace(image, reference=places[0]).artifact()

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the engine has the image."""
        return is_on_engine(image_of(artifact), self._config.client_config, step)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove the image. Raises OperationError when somebody else has given it a name too."""
        delete_from_engine(image_of(artifact), self._config.place, self._config.client_config, step)

    def keeps(self) -> int | None:
        """Return how many images to keep beside those that are needed."""
        return self._config.keep_images


def registry_for(config: DockerRegistryConfig) -> DockerRegistry | LocalTags:
    """Return what does the work that the block asks for."""
    return LocalTags(config) if config.local else DockerRegistry(config)
