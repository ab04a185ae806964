"""Images of before that are on the engine: looked for, and deleted when nothing needs them any more."""

from __future__ import annotations

from milepost.sdk import Artifact, OperationError, Step
from milepost_buildpacks import engine

NEWEST = 1
"""How many images stay beside those that a deployment may need: the next build takes over layers of the last."""


class KeepsImages:
    """What the builder can do with its images: `milepost.sdk.capabilities.LimitsArtifacts`."""

    def keeps(self) -> int | None:
        """Return how many images are kept on the engine beside those that a deployment may need."""
        return NEWEST

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the engine has the image under its name. Raises OperationError for one in a registry."""
        _must_be_here(artifact)
        return bool(engine.image(artifact.reference, step).get("Id") == artifact.digest)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Take its name from the image, and the image itself when it has no other; what is gone is no error."""
        if self.exists(artifact, step):
            engine.remove_image(artifact.reference, step)


def _must_be_here(artifact: Artifact) -> None:
    if artifact.details.get("location") != "engine":
        raise OperationError(
            f"{artifact.reference} is in a registry, which alone knows whether it is there",
            hint='the `registry` block deletes what is not needed: keep_images, with use "docker"',
        )
