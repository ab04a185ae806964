"""The builder `docker-ref`: an image that somebody else made and keeps; nothing is touched, and its digest recorded."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPException

from milepost.sdk import Artifact, MilepostError, OperationError, Step
from milepost.sdk.capabilities import Examined, Planned
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost_docker.builder.config import RefConfig
from milepost_docker.builder.foreign import MissingImageError, login, missing, refuse_other_platforms
from milepost_docker.engine.address import locate
from milepost_docker.engine.glance import glance
from milepost_docker.engine.trouble import UnreachableError
from milepost_docker.image import Image, inspected
from milepost_docker.reference import Reference
from milepost_docker.registry.resolving import resolve
from milepost_docker.registry.talk import Manner


class RefBuilder:
    """Asks what a tag stands for now; nothing is pulled or copied, and nothing deleted later: it is not ours."""

    def __init__(self, config: RefConfig) -> None:
        self._config = config

    def build(self, step: Step) -> Artifact:
        """Return the image by its digest. Raises OperationError where it is not there or for another platform."""
        step.check()
        image = self._image(step)
        refuse_other_platforms(image.reference, image.platforms, step.facts.targets)
        step.say(f"{image.reference.familiar} is {image.digest}")
        return image.artifact()

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return which image is used, by the digest that its tag has now."""
        image = self._image(step)
        return (Planned(action="keep", kind="image", name=image.reference.familiar, detail=f"it is {image.digest}"),)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield whether the image is there for us."""
        try:
            image = self._image(step)
            refuse_other_platforms(image.reference, image.platforms, step.facts.targets)
        except (CancelledError, DeadlineError):
            raise
        except MilepostError as error:
            yield Examined(level="problem", what=str(error), hint=error.hint)
        else:
            what = f"{image.reference.familiar} is there, for {', '.join(image.platforms)}"
            yield Examined(level="ok", what=what)

    def _image(self, step: Step) -> Image:
        """Return what is known of the image, where it is kept; of the engine's where its registry is out of reach."""
        reference = self._config.reference
        if self._config.local:
            return self._on_engine(reference, step)
        try:
            return self._in_registry(reference, step)
        except OperationError as error:
            if not isinstance(error.__cause__, OSError | HTTPException):
                raise
            kept = self._kept(reference, step)
            if kept is None:
                raise
            step.say(f"{error}; the engine has {reference.familiar}, and what it has is used")
            return kept

    def _kept(self, reference: Reference, step: Step) -> Image | None:
        """Return what the engine has of an image; None where it has nothing, or where there is no engine."""
        try:
            return self._on_engine(reference, step)
        except (MissingImageError, UnreachableError):
            return None

    def _in_registry(self, reference: Reference, step: Step) -> Image:
        """Return what its registry says of it."""
        config = self._config
        who = login(reference, config.auth, config.encoded_auth, step)
        found = resolve(reference, who, step, Manner(insecure=config.insecure))
        if found is None:
            raise missing(reference, reference.server)
        return Image(
            reference=reference,
            digest=found.digest,
            location="registry",
            platforms=found.platforms,
            size=found.size,
            labels=found.labels,
        )

    def _on_engine(self, reference: Reference, step: Step) -> Image:
        """Return what the engine says of it."""
        config = self._config.client_config
        address = locate(config, step.facts.environment, step.facts.home)
        with glance(config, step) as engine:
            answer = engine.image(reference.familiar)
        if answer is None:
            raise missing(reference, f"the engine at {address.name}")
        return inspected(reference, answer, address.identity)
