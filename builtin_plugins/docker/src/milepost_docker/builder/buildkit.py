"""A build by BuildKit, through the user's `docker buildx`: the program is run, and what it made is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from milepost.sdk import CommandFailedError, OperationError, Step
from milepost_docker.builder.buildx import Tools, command
from milepost_docker.builder.failing import Failure, failed
from milepost_docker.builder.order import Order
from milepost_docker.builder.recipe import IGNORE, readable
from milepost_docker.builder.scratch import kept
from milepost_docker.builder.secrets import secret_arguments
from milepost_docker.credentials import Login, config_environment, credentials, docker_config, of_access
from milepost_docker.engine.address import locate
from milepost_docker.engine.glance import glance
from milepost_docker.engine.platform import platform_of_info
from milepost_docker.engine.trouble import UnreachableError
from milepost_docker.image import Image, inspected, platform_of
from milepost_docker.reference import operation_tag


def build(order: Order, program: str, step: Step) -> Image:
    """Build, and push where the order says so, and return the image. Raises OperationError with the failing step."""
    metadata = step.facts.scratch / "built.json"
    with _environment(order, step) as environment:
        tools = Tools(
            program=program,
            metadata=metadata,
            dockerfile=_dockerfile(order, step),
            secrets=secret_arguments(order.config, step),
            environment=environment,
        )
        try:
            with _alone(order, step):
                step.run(command(order, tools))
        except CommandFailedError as error:
            raise _failed(order, error, step) from error
    return _image(order, _read(metadata), step)


def _alone(order: Order, step: Step) -> AbstractContextManager[None]:
    """Hold the tag that is pushed, where other builds have the same one.

    An engine without the containerd image store pushes what is called so at that moment, not what this build made.
    """
    is_own = order.access is None or order.reference.tag == operation_tag(step.facts.operation)
    return nullcontext() if is_own else step.exclusive(f"image {order.names[0]}")


@contextmanager
def _environment(order: Order, step: Step) -> Iterator[dict[str, str]]:
    """Give the variables with which buildx finds the engine, and who we are to registries."""
    facts = step.facts
    found = locate(order.config.client_config, facts.environment, facts.home).environment()
    logins = list(base_logins(order, step))
    if order.access is not None:
        logins.append(of_access(order.access, step))
    if all(each.anonymous for each in logins):
        yield found
        return
    with docker_config(logins, step) as folder:
        yield {**found, **config_environment(folder, step)}


def base_logins(order: Order, step: Step) -> Iterator[Login]:
    """Yield who we are to the registries of base images, as the config says."""
    for auth in order.config.auth:
        yield credentials(auth.hostname or auth.server_address or "docker.io", auth, step)


def _dockerfile(order: Order, step: Step) -> Path:
    """Return the Dockerfile for BuildKit to read.

    Where folders of milepost itself lie in the context, it is a copy with an ignore file of its own, for BuildKit takes
    the folder as it is; and where it is a link, which BuildKit would follow only inside its folder.
    """
    recipe = order.recipe
    if not recipe.own and not recipe.dockerfile.is_symlink():
        return recipe.dockerfile
    folder = step.facts.scratch / "dockerfile"
    kept(folder / f"Dockerfile{IGNORE}", recipe.ignore_text())
    return kept(folder / "Dockerfile", readable(recipe.dockerfile))


def _failed(order: Order, error: CommandFailedError, step: Step) -> OperationError:
    """Return the error that says what failed, with the step and the last lines of its log."""
    if error.status is None:
        return error
    runs: str | None = None
    if order.config.builder is None:
        try:
            with glance(order.config.client_config, step) as engine:
                runs = platform_of_info(engine.info())
        except UnreachableError as unreachable:
            return unreachable
    return failed(order, Failure(error.tail), runs, step)


def _read(path: Path) -> dict[str, Any]:
    """Return what buildx says that it made."""
    try:
        metadata: dict[str, Any] = json.loads(path.read_bytes())
        if not metadata["containerimage.digest"].startswith("sha256:"):
            raise ValueError(metadata["containerimage.digest"])
    except (OSError, ValueError, LookupError, AttributeError) as error:
        raise OperationError(
            f"buildx built the image and does not say which: {error}",
            hint="docker buildx version; 0.10 or newer is needed",
        ) from error
    return metadata


def _image(order: Order, metadata: dict[str, Any], step: Step) -> Image:
    """Return the image that was made."""
    digest = metadata["containerimage.digest"]
    found = _on_engine(order, digest, step)
    if found is None and order.access is None:
        raise OperationError(
            f"buildx built {digest}, and the engine does not have it",
            hint="an instance of buildx elsewhere (`builder`) and no registry: add a registry to the project file",
        )
    said = metadata.get("containerimage.descriptor", {}).get("platform")
    return Image(
        reference=order.reference,
        digest=digest,
        location="registry" if order.access else "engine",
        platforms=order.platforms or (found.platforms if found else ()) or ((platform_of(said),) if said else ()),
        size=found.size if found else None,
        labels=found.labels if found else dict(order.labels),
        engine=found.engine if found and order.access is None else None,
    )


def _on_engine(order: Order, digest: str, step: Step) -> Image | None:
    """Return what the engine knows of the image; None where it was made elsewhere."""
    config = order.config.client_config
    identity = locate(config, step.facts.environment, step.facts.home).identity
    try:
        with glance(config, step) as engine:
            answer = engine.image(order.names[0] if order.access else digest)
    except UnreachableError:
        # An instance of buildx that is elsewhere needs no engine; what it lacks is the size.
        return None
    return inspected(order.reference, answer, identity) if answer else None
