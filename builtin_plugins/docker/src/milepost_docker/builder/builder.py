"""The builder `docker`: an image from a Dockerfile, by BuildKit where it is there, else by the classic builder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from milepost.sdk import Artifact, MilepostError, OperationError, Step
from milepost.sdk.capabilities import Examined, Planned
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost_docker.builder import buildkit
from milepost_docker.builder.buildx import buildx
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.builder.kept import KeepsImages
from milepost_docker.builder.order import Order, demands, ordered
from milepost_docker.builder.recipe import recipe
from milepost_docker.engine.examine import GET_BUILDX, examine_engine


class DockerBuilder(KeepsImages):
    """Builds an image; where the registry of the project file lets it, pushes it as it is built."""

    def __init__(self, config: DockerBuildConfig) -> None:
        self._config = config
        self._client = config.client_config

    def build(self, step: Step) -> Artifact:
        """Return the image, by digest in the registry, or by its id on the engine."""
        step.check()
        program, order = self._order(step)
        if program is not None:
            image = buildkit.build(order, program, step)
        else:
            from milepost_docker.builder import classic  # noqa: PLC0415  the SDK takes longer to import than buildx

            image = classic.build(order, step)
        return replace(image, labels={**order.origin, **image.labels}).artifact()

    def keeps(self) -> int | None:
        """Return how many images to keep on the engine beside those that are needed."""
        return self._config.keep_images

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return what is built, and by what; nothing is asked of the engine."""
        program, order = self._order(step)
        by = "BuildKit" if program else "the engine's classic builder"
        where = ", pushed as it is built" if order.access else ""
        detail = f"{order.recipe.dockerfile} by {by}, for {', '.join(order.platforms) or 'what the engine runs'}{where}"
        # On the engine each build has a tag of its own, which nobody knows before.
        name = order.names[0] if order.access else order.reference.familiar_name
        return (Planned(action="make", kind="image", name=name, detail=detail),)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield what is found of the engine, buildx and the Dockerfile. Only a cancel is raised."""
        yield from examine_engine(self._client, step)
        try:
            _, order = self._order(step)
        except (CancelledError, DeadlineError):
            raise
        except MilepostError as error:
            yield Examined(level="problem", what=str(error), hint=error.hint)
        else:
            yield Examined(level="ok", what=f"the Dockerfile {order.recipe.dockerfile} is there")

    def _order(self, step: Step) -> tuple[str | None, Order]:
        """Return buildx, if it is used, and what is asked for. Raises OperationError for what cannot be."""
        config, facts = self._config, step.facts
        program = None if config.buildkit is False else buildx(facts.environment, facts.home)
        # Only BuildKit pushes as it builds; else the registry has the engine push.
        order = ordered(config, recipe(config, step), facts.registry if program else None, step)
        if program is None:
            _refuse_what_needs_buildkit(order)
        return program, order


def _refuse_what_needs_buildkit(order: Order) -> None:
    """Raise OperationError where the config asks for what the classic builder cannot do."""
    asked = ", ".join(demands(order.config, order.platforms))
    if asked and order.config.buildkit is False:
        message = f"{asked}: only BuildKit can do that, and buildkit = false forbids it"
        raise OperationError(message, hint="leave buildkit = false out")
    if asked:
        raise OperationError(f"{asked}: that takes docker buildx, which is not installed", hint=GET_BUILDX)
