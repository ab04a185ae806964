"""The registry `docker`: images kept by digest in a repository, pushed by an engine or copied from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from http.client import HTTPException
from typing import Literal

from milepost.sdk import Artifact, MilepostError, OperationError, RegistryAccess, Step
from milepost.sdk.capabilities import Examined, Planned
from milepost_docker.engine.trouble import EngineError
from milepost_docker.image import Image, image_of, published
from milepost_docker.reference import Reference, operation_tag
from milepost_docker.registry.account import Account
from milepost_docker.registry.config import DockerRegistryConfig
from milepost_docker.registry.copying import Side, copy
from milepost_docker.registry.examining import examined
from milepost_docker.registry.exchange import SLOWER
from milepost_docker.registry.pushing import Push, is_on_engine, push_from_engine
from milepost_docker.registry.trouble import is_silence

_OPERATION = re.compile("[0-9a-hjkmnp-tv-z]{26}")
"""A tag that is made from an operation: the same content, built again, has one of each build."""


class DockerRegistry:
    """Keeps images in a repository of a registry."""

    def __init__(self, config: DockerRegistryConfig) -> None:
        self._config = config
        self._place = config.place

    def push(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the image as the registry keeps it, by the digest that it answers.

        What an engine has is pushed by it, what a registry has is copied, what is here already gets its tags. Raises
        ArtifactGoneError where the image is gone.
        """
        image = image_of(artifact)
        account = Account(self._config, step)
        places = self._places(image, step)
        if image.location == "engine":
            digest = self._pushed(image, places, account, step)
        else:
            digest = self._copied(image, places, account, step)
        kept = published(replace(image, reference=places[0]), digest)
        step.say(f"{places[0].familiar} is {digest}")
        return kept.artifact()

    def copy_from(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the image as this registry keeps it: the same digest, nothing built again."""
        return self.push(artifact, step)

    def access(self, step: Step) -> RegistryAccess:
        """Return where the image of this run is to be, and who we are there.

        Raises OperationError where the registry says no: a builder would hear that after the build, and late.
        """
        place = self._place.tagged(self._config.tag or operation_tag(step.facts.operation))
        account = Account(self._config, step)
        self._ask_first(account, step)
        return account.login(place.server).access(place.familiar, insecure=self._config.insecure)

    def pull_access(self, artifact: Artifact, step: Step) -> RegistryAccess | None:
        """Return how the image can be pulled; None where it is not of this registry or everybody may pull it."""
        image = image_of(artifact)
        if image.location == "engine" or image.reference.server != self._place.server:
            return None
        login = Account(self._config, step).login(self._place.server)
        if login.anonymous and not self._config.insecure:
            return None
        return login.access(artifact.reference, insecure=self._config.insecure)

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the registry has the image under its digest."""
        image = image_of(artifact)
        if image.location == "engine":
            return is_on_engine(image, self._config.client_config, step)
        with Account(self._config, step).client(image.reference.server) as registry:
            return registry.find(image.reference.path, image.digest) is not None

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove the image with its tags. Raises OperationError when somebody else has put a tag of theirs on it."""
        image = image_of(artifact)
        path, server = image.reference.path, image.reference.server
        ours = {image.reference.tag, self._config.tag, *self._config.tags}
        with Account(self._config, step).client(server) as registry:
            # A registry deletes a manifest with every tag that is on it.
            for tag in registry.tags(path):
                if tag in ours or _OPERATION.fullmatch(tag):
                    continue
                if (found := registry.find(path, tag)) and found.digest == image.digest:
                    raise OperationError(
                        f"{server}/{path}@{image.digest} stays: the tag {tag}, which is not ours, is on it",
                        hint=f"remove that tag if nobody wants it, or keep the image for {tag}",
                    )
            registry.delete_manifest(path, image.digest)

    def keeps(self) -> int | None:
        """Return how many images to keep beside those that are needed."""
        return self._config.keep_images

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return what a push would do to the tags. Raises OperationError where the registry cannot be asked."""
        tags = (self._config.tag, *self._config.tags)
        made: list[Planned] = []
        with Account(self._config, step).client(self._place.server) as registry:
            registry.login()
            for tag in tags:
                if tag is None:
                    name = f"{self._place.familiar_name}:(one of its own)"
                    made.append(Planned(action="make", kind="image", name=name))
                    continue
                found = registry.find(self._place.path, tag)
                action, detail = _change(found.digest if found else None, artifact)
                name = self._place.tagged(tag).familiar
                made.append(Planned(action=action, kind="image", name=name, detail=detail))
        return tuple(made)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield whether the registry answers, lets us in, and takes what we would push."""
        return examined(self._config, step)

    def _places(self, image: Image, step: Step) -> tuple[Reference, ...]:
        """Return the tags to put on an image, the one for the record first."""
        own = image.reference.tag
        is_of_this_build = image.location == "engine" or image.reference.name == self._place.name
        unique = own if own and own != "latest" and is_of_this_build else operation_tag(step.facts.operation)
        return tuple(
            self._place.tagged(each) for each in dict.fromkeys((self._config.tag or unique, *self._config.tags))
        )

    def _pushed(self, image: Image, places: tuple[Reference, ...], account: Account, step: Step) -> str:
        """Have the engine push, and look whether the registry has what the engine says."""
        login, config = account.login(self._place.server), self._config
        push = Push(login=login, config=config.client_config, patience=config.timeout * SLOWER)
        self._ask_first(account, step)
        try:
            digest = push_from_engine(image, places, push, step)
        except EngineError as error:
            raise self._diagnosed(error, account) from error
        # With containerd's store, the engine's id of an image is its digest, unless only a part of a list was pushed.
        likely = (digest,) if digest else (image.digest, places[0].tag or "")
        return self._looked_at(likely, places[0], account, step)

    def _ask_first(self, account: Account, step: Step) -> None:
        """Have the registry itself say no, before the engine sends layers: engines say it late, and as text only."""
        try:
            account.try_push()
        except OperationError as error:
            fault = error.__cause__
            if not isinstance(fault, OSError | HTTPException) or is_silence(fault):
                raise
            step.say(f"{error}; the engine may reach it")

    def _looked_at(self, likely: tuple[str, ...], place: Reference, account: Account, step: Step) -> str:
        """Return the digest of what the engine has pushed, which the registry must have."""
        try:
            with account.client(place.server) as registry:
                found = next(filter(None, (registry.find(place.path, each) for each in likely)), None)
        except OperationError as error:
            # That no answer came says nothing: an engine elsewhere may reach what this machine does not.
            if len(likely) > 1 or not isinstance(error.__cause__, OSError | HTTPException):
                raise
            step.say(f"what the engine pushed cannot be looked at from here: {error}")
            return likely[0]
        if found is None:
            raise OperationError(
                f"the engine pushed {place.familiar}, and {place.server} has not got it there",
                hint="does the engine reach the same registry under that name as this machine?",
            )
        return found.digest

    def _diagnosed(self, error: EngineError, account: Account) -> MilepostError:
        """Return what the registry itself says to somebody who wants to push: engines tell it as text only."""
        try:
            account.try_push()
        except OperationError as told:
            told.add_note(str(error))
            return told
        lax = "it must be among the engine's insecure-registries (daemon.json)" if self._config.insecure else ""
        error.hint = (
            error.hint or lax or "the registry would take it from here: does the engine reach it? Then try again"
        )
        return error

    def _copied(self, image: Image, places: tuple[Reference, ...], account: Account, step: Step) -> str:
        """Have the image in our repository under all tags, from wherever it is."""
        tags = tuple(each.tag for each in places if each.tag)
        with ExitStack() as open_ones:
            ours = open_ones.enter_context(account.client(self._place.server))
            target = Side(ours, self._place.path)
            theirs = ours
            if image.reference.server != self._place.server:
                theirs = open_ones.enter_context(account.client(image.reference.server))
            source = Side(theirs, image.reference.path)
            if source.name != target.name:
                step.say(f"copying {image.reference.familiar_name}@{image.digest} to {self._place.familiar_name}")
            return copy(source, target, image.digest, tags, step).digest


def _change(found: str | None, artifact: Artifact | None) -> tuple[Literal["make", "change", "keep"], str]:
    """Return what a push does to a tag that stands for `found` now."""
    if found is None:
        return "make", ""
    if artifact is not None and not artifact.provisional and artifact.digest == found:
        return "keep", ""
    return "change", f"now {found}"
