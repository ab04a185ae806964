"""The way of an image from an engine into a registry, or only to a name there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import cast

from milepost.sdk import ArtifactGoneError, OperationError, Step
from milepost_docker.credentials import Login
from milepost_docker.engine.client import Engine
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.connect import connected
from milepost_docker.engine.glance import glance
from milepost_docker.engine.progress import followed
from milepost_docker.engine.trouble import MissingError
from milepost_docker.image import Image
from milepost_docker.reference import HUB, OWN, Reference, parse
from milepost_docker.registry.silence import Listening


@dataclass(frozen=True, kw_only=True)
class Push:
    """How an engine is to push."""

    login: Login
    config: ClientConfig
    patience: float
    """Seconds that the engine may be silent."""


def push_from_engine(image: Image, places: tuple[Reference, ...], push: Push, step: Step) -> str:
    """Have the engine push an image under each tag, and return the digest that the registry answered.

    It is empty where the engine does not tell it: those with containerd's store do not. No name is left on the engine
    that was not there before. Raises ArtifactGoneError when the engine has not the image any more, EngineError with
    the engine's words when the push failed, OperationError after too long a silence.
    """
    digest, listening = "", Listening(step, push.patience)
    with connected(push.config, cast("Step", listening)) as engine:
        for each in places:
            # Two pushes at once would give one name to two images.
            with step.exclusive(f"{engine.address.identity} {each.familiar}"), _named(engine, image, each, push, step):
                digest = _pushed(engine, each, push.login, listening) or digest
                _check(engine, image, each)
    return digest


def tag_on_engine(image: Image, places: tuple[Reference, ...], config: ClientConfig, step: Step) -> None:
    """Give an image of the engine more names. Raises ArtifactGoneError when the engine has not the image any more."""
    with connected(config, step) as engine:
        for each in places:
            _tag(engine, image, each)


def _pushed(engine: Engine, place: Reference, login: Login, listening: Listening) -> str:
    """Push one name, and return the digest that the registry gave it; empty where the engine does not tell."""
    what, step = f"pushing {place.familiar}", cast("Step", listening)
    # The guard notices a cancel some moments later.
    step.check()
    step.say(what)
    headers = {"X-Registry-Auth": login.header()}
    messages = engine.stream(f"/images/{place.name}/push", {"tag": place.tag}, headers=headers)
    with listening.to(messages, what) as heard:
        made = followed(heard, what, step)
    found = [each["aux"]["Digest"] for each in made if "Digest" in each.get("aux", {})]
    return str(found[-1]) if found else ""


@contextmanager
def _named(engine: Engine, image: Image, place: Reference, push: Push, step: Step) -> Iterator[None]:
    """Give an image another name while the context lasts, unless it has it already."""
    before = engine.image(place.familiar)
    _tag(engine, image, place)
    try:
        yield
    finally:
        if before is None:
            # The connection may have been ended by a cancel.
            with connected(push.config, step, heed=False) as other, suppress(MissingError):
                other.delete(f"/images/{place.familiar}", {"noprune": True})


def _check(engine: Engine, image: Image, place: Reference) -> None:
    """Raises OperationError when somebody on another machine has given the name to another image meanwhile."""
    if (engine.image(place.familiar) or {}).get("Id") != image.digest:
        raise OperationError(
            f"{place.familiar} was moved to another image on {engine.address.name} while it was pushed",
            hint="push again; without `tag` each build has a tag of its own",
        )


def _tag(engine: Engine, image: Image, place: Reference) -> None:
    """Give an image another name. Raises ArtifactGoneError."""
    if engine.image(image.digest) is None:
        raise _gone(engine, image)
    try:
        engine.post(f"/images/{image.digest}/tag", {"repo": place.familiar_name, "tag": place.tag})
    except MissingError as error:
        raise _gone(engine, image) from error


def _gone(engine: Engine, image: Image) -> ArtifactGoneError:
    why = f"the engine {engine.address.name} has no image {image.digest}"
    error = ArtifactGoneError(image.reference.familiar, why)
    error.hint = "milepost up, to build it again"
    if image.engine and image.engine != engine.address.identity:
        error.hint = f"it was made on {image.engine}: name that engine in `client_config` of the registry block"
    return error


def knows_insecure(server: str, config: ClientConfig, step: Step) -> bool | None:
    """Return whether the engine pushes to and pulls from a registry without checked TLS; None where it does not say."""
    with connected(config, step) as engine:
        told = engine.info().get("RegistryConfig")
    if not isinstance(told, dict):
        return None
    known = (told.get("IndexConfigs") or {}).get(server)
    return known is not None and not known.get("Secure", True)


def is_on_engine(image: Image, config: ClientConfig, step: Step) -> bool:
    """Return whether the engine has the image, under whatever name."""
    with glance(config, step) as engine:
        return engine.image(image.digest) is not None


def delete_from_engine(image: Image, place: Reference, config: ClientConfig, step: Step) -> None:
    """Remove an image with the names that it has of us; what is gone already is no error.

    Raises OperationError when it has a name of somebody else's, ConflictError where a container uses it.
    """
    with connected(config, step) as engine, suppress(MissingError):
        found = engine.image(image.digest)
        names = (found.get("RepoTags") or []) if found else []
        left = [each for each in names if not _is_ours(each, place)]
        if left:
            raise OperationError(f"the image {image.digest} stays: it is called {', '.join(left)} too")
        for each in names or ([image.digest] if found else []):
            engine.delete(f"/images/{each}")


def _is_ours(name: str, place: Reference) -> bool:
    """Return whether a name of an image was given by a builder of ours, or by this registry."""
    named = parse(name)
    return named.name == place.name or (named.server == HUB and named.path.startswith(f"{OWN}/"))
