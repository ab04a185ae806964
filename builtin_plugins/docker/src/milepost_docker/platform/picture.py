"""The image of a deployment: brought to the engine if it is not there, and one that the engine can run."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from milepost.sdk import Artifact, ArtifactGoneError, OperationError, Step
from milepost_docker.credentials import credentials, of_access
from milepost_docker.engine.connect import Engine
from milepost_docker.engine.progress import followed
from milepost_docker.engine.trouble import ConflictError, MissingError
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.site import heeding
from milepost_docker.platform.state import DockerState
from milepost_docker.reference import parse
from milepost_docker.registry.silence import OF_A_PULL, Listening

_ALSO_RUNS = {"amd64": ("386",), "arm64": ("arm",)}
"""What a processor runs besides its own programs, without emulation."""


def needed(artifact: Artifact | None) -> Artifact:
    """Return the artifact. Raises OperationError if there is none."""
    if artifact is None:
        raise OperationError("the platform docker needs an image to run", hint='add a build block with use "docker" {}')
    return artifact


def on_engine(engine: Engine, artifact: Artifact, config: DockerConfig, step: Step, *, pull: bool = False) -> Any:
    """Return what the engine knows of the artifact's image, which is there from now on.

    Raises ArtifactGoneError where it is nowhere any more, OperationError for one that the engine cannot run.
    """
    # Elsewhere the same image may have another id; the name has a tag of its own operation.
    name = artifact.digest if artifact.provisional and not _is_elsewhere(engine, artifact) else artifact.reference
    found = None if pull and not artifact.provisional else engine.image(name)
    if found is None:
        if artifact.provisional:
            _bring(engine, artifact, step)
        else:
            _pull(engine, artifact, config, step)
        found = engine.image(name)
    if found is None:
        raise gone(artifact, f"{engine.address.name} does not have it", step)
    _refuse_foreign(found, engine, config, step)
    return found


def reference_to_forget(engine: Engine, artifact: Artifact) -> str | None:
    """Return under which reference the image can go with its last deployment; None for one that cannot be had again."""
    if artifact.provisional:
        return artifact.reference if _is_elsewhere(engine, artifact) else None
    found = engine.image(artifact.reference)
    # One that has tags too is somebody's: a user's, or a builder's.
    return artifact.reference if found and not found.get("RepoTags") else None


def forget(engine: Engine, state: DockerState) -> None:
    """Remove the image of a deployment that is gone, which a registry has; the engine keeps one that is in use."""
    if state.pulled is not None:
        with suppress(MissingError, ConflictError):
            engine.delete(f"/images/{state.pulled}")


def gone(artifact: Artifact, why: str, step: Step) -> ArtifactGoneError:
    """Return the error for an image that is nowhere any more."""
    error = ArtifactGoneError(artifact.reference, why)
    error.hint = f"milepost up {step.facts.app}, from the commit it was made of, builds it anew"
    return error


def _is_elsewhere(engine: Engine, artifact: Artifact) -> bool:
    """Whether another engine than this one is the only one that was given the image."""
    return artifact.details.get("engine") not in (None, engine.address.identity)


def _bring(engine: Engine, artifact: Artifact, step: Step) -> None:
    """Have an image that one engine alone has on this one too."""
    if not _is_elsewhere(engine, artifact):
        raise gone(artifact, f"it was on {engine.address.name} alone, and is not there any more", step)
    from milepost_docker.platform.transfer import transfer  # noqa: PLC0415  most deployments need none

    transfer(engine, artifact, str(artifact.details["engine"]), step)


def _pull(engine: Engine, artifact: Artifact, config: DockerConfig, step: Step) -> None:
    """Pull the image by its digest, as whoever the registry block, the auth block or the Docker CLI says we are."""
    reference, access = parse(artifact.reference), step.facts.registry
    if access is not None and access.server == reference.server:
        login = of_access(access, step)
    else:
        login = credentials(reference.server, config.auth, step)
    headers = {} if login.anonymous else {"X-Registry-Auth": login.header()}
    query = {"fromImage": artifact.reference, "platform": config.platform}
    step.say(f"pulling {artifact.reference}")
    # A pull may be long, so a cancel ends it; what it has brought stays, and makes the next one shorter.
    what, listening = f"pulling {artifact.reference}", Listening(step, OF_A_PULL)
    with heeding(engine, cast("Step", listening)) as puller:
        try:
            with listening.to(puller.stream("/images/create", query, headers=headers), what) as heard:
                followed(heard, what, step)
        except MissingError as error:
            raise gone(artifact, f"the registry does not have it any more ({error.said})", step) from error


def _refuse_foreign(found: dict[str, Any], engine: Engine, config: DockerConfig, step: Step) -> None:
    """Raise OperationError for an image that was made for another system or processor, unless it was asked for."""
    system, _, processor = engine.platform().partition("/")
    processor = processor.partition("/")[0]
    its_system, its_processor = found.get("Os") or system, found.get("Architecture") or processor
    if (its_system, its_processor) == (system, processor):
        return
    if its_system == system and its_processor in _ALSO_RUNS.get(processor, ()):
        return
    made_for = f"{its_system}/{its_processor}"
    told = f"the image is made for {made_for}, and {engine.address.name} runs {system}/{processor}"
    if config.platform is None:
        raise OperationError(
            told, hint=f'build it for {system}/{processor}; where the engine can emulate, say platform = "{made_for}"'
        )
    step.say(f"{told}: it will be emulated")
