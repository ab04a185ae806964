"""Secrets of a build: given to BuildKit by the name of a variable or a file, masked, and never an argument."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.sdk import Credential, OperationError, Step
from milepost_docker.builder.buildx import secret_argument
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.builder.recipe import readable, resolved
from milepost_docker.builder.scratch import kept


def secret_arguments(config: DockerBuildConfig, step: Step) -> tuple[str, ...]:
    """Return what `--secret` is to be given for each; values are put into files that the user alone can read."""
    return tuple(_arguments(config, step))


def _arguments(config: DockerBuildConfig, step: Step) -> Iterator[str]:
    for number, (name, given) in enumerate(config.secrets.items()):
        if isinstance(given, Credential):
            step.mask(given.reveal())
            yield secret_argument(name, "src", str(kept(step.facts.scratch / f"secret-{number}", given.reveal())))
        elif given.env is not None:
            step.mask(_variable(name, given.env, step))
            yield secret_argument(name, "env", given.env)
        else:
            path = resolved(str(given.file), step)
            step.mask(readable(path))
            yield secret_argument(name, "src", str(path))


def _variable(secret: str, name: str, step: Step) -> str:
    """Return the value of a variable. Raises OperationError where it is not set."""
    value = step.facts.environment.get(name)
    if value is None:
        raise OperationError(
            f"the secret {secret!r} is read from the variable {name}, which is not set", hint=f"export {name}=…"
        )
    return value
