"""The fake engine and its registries: images are entries of the world, known by another digest in each of the two."""

from __future__ import annotations

import hashlib
from typing import Annotated

from msgspec import Meta, structs

from milepost.sdk.artifact import CONTAINER_IMAGE, Artifact, RegistryAccess
from milepost.sdk.deployment import Deployment
from milepost.sdk.errors import ArtifactGoneError, OperationError
from milepost.sdk.secret import Credential
from milepost.sdk.step import Step, Task
from milepost.testing.fakes.builder import digest_of
from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig
from milepost.testing.fakes.trouble import TroubleConfig, meet
from milepost.testing.fakes.world import World


class FakeImageConfig(TroubleConfig, frozen=True, kw_only=True):
    """The config of the builder `fake-image`."""

    text: Annotated[str, Meta(description="What else the image is made of, besides the app's folder.")] = ""
    pushes: Annotated[bool, Meta(description="It pushes by itself where it is given access.")] = True
    platforms: Annotated[tuple[str, ...], Meta(description="What it builds for; none: for what it is told.")] = ()
    keep: Annotated[int | None, Meta(description="How many images the engine keeps beside those in use.")] = None


class FakeImagesConfig(TroubleConfig, frozen=True, kw_only=True):
    """The config of the registry `fake-images`."""

    server: Annotated[str, Meta(description="The registry's name; each has images of its own.")] = "registry.fake"
    password: Annotated[Credential | None, Meta(description="What whoever pulls or pushes must know.")] = None
    keep: Annotated[int | None, Meta(description="How many images of an app it keeps beside those in use.")] = None
    note: Annotated[str, Meta(description="Anything, to be another config.")] = ""


class FakeEngineConfig(FakePlatformConfig, frozen=True, kw_only=True):
    """The config of the platform `fake-engine`."""

    targets: Annotated[tuple[str, ...], Meta(description="What it runs.")] = ("linux/fake",)
    keep: Annotated[int | None, Meta(description="How many images that it pulled it keeps beside those in use.")] = None


class _Images:
    """Images of the world, by reference."""

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the image is there with that digest."""
        return images(step).get(artifact.reference) == artifact.digest

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove the image; what is gone already is no error."""
        with World(step.facts.data).change() as world:
            world.setdefault("images", {}).pop(artifact.reference, None)


class FakeImageBuilder(_Images):
    """Leaves the image on the engine, or pushes it. Points: `build`, `built`, `delete`."""

    def __init__(self, config: FakeImageConfig) -> None:
        self._config = config

    def build(self, step: Step) -> Artifact:
        """Return the image of the app's folder."""
        world, told = World(step.facts.data), step.facts.registry
        world.note(f"build {step.facts.app}")
        meet("build", self._config, world, step)
        step.check()
        content = _digest("image", digest_of(step.facts.source), self._config.text)
        if told is not None and self._config.pushes:
            _log_in(told.server, told, step)
            made = _image(f"{told.server}/{step.facts.app}", content, told.reference.rpartition(":")[2])
        else:
            made = Artifact(
                kind=CONTAINER_IMAGE,
                reference=f"{step.facts.app}:{step.key()}",
                digest=content,
                details={"image": step.facts.app, "tag": step.key(), "location": "engine"},
                provisional=True,
            )
        runs = list(self._config.platforms or step.facts.targets)
        made = structs.replace(made, details={**made.details, "platforms": runs})
        _put(made, step)
        meet("built", self._config, world, step)
        return made

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove the image from the engine; what a registry has is not the builder's."""
        meet("delete", self._config, World(step.facts.data), step)
        if artifact.provisional:
            super().delete(artifact, step)

    def keeps(self) -> int | None:
        """Return how many to keep."""
        return self._config.keep


class FakeImages(_Images):
    """A registry with a password. Points: `access`, `push`, `pull-access`, `delete`."""

    def __init__(self, config: FakeImagesConfig) -> None:
        self._config = config

    def access(self, step: Step) -> RegistryAccess:
        """Return the way in."""
        meet("access", self._config, World(step.facts.data), step)
        self._open(step)
        return self._access(f"{self._config.server}/{step.facts.app}:{step.key()}")

    def pull_access(self, artifact: Artifact, step: Step) -> RegistryAccess | None:
        """Return the way in, for what is kept here behind a password."""
        meet("pull-access", self._config, World(step.facts.data), step)
        if self._config.password is None or _server(artifact) != self._config.server:
            return None
        return self._access(artifact.reference)

    def push(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the image as it is kept here."""
        meet("push", self._config, World(step.facts.data), step)
        step.check()
        self._open(step)
        if not self.exists(artifact, step):
            raise ArtifactGoneError(artifact.reference, "no engine and no registry has it")
        if not artifact.provisional and _server(artifact) == self._config.server:
            return artifact
        World(step.facts.data).note(f"push {step.facts.app}")
        pushed = _image(f"{self._config.server}/{step.facts.app}", artifact.digest, artifact.details["tag"])
        if not artifact.provisional:
            pushed = _kept_at(f"{self._config.server}/{step.facts.app}", artifact)
        return _put(pushed, step)

    def copy_from(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the image of another registry as it is kept here, with the same digest."""
        _pull(artifact, step)
        self._open(step)
        World(step.facts.data).note(f"copy {step.facts.app}")
        return _put(_kept_at(f"{self._config.server}/{step.facts.app}", artifact), step)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove the image."""
        meet("delete", self._config, World(step.facts.data), step)
        super().delete(artifact, step)

    def keeps(self) -> int | None:
        """Return how many to keep."""
        return self._config.keep

    def _access(self, reference: str) -> RegistryAccess:
        """Return the way to a place here."""
        return RegistryAccess(reference=reference, server=self._config.server, password=self._config.password)

    def _open(self, step: Step) -> None:
        """Let the world know whom this registry lets in."""
        password = self._config.password
        with World(step.facts.data).change() as world:
            world.setdefault("logins", {})[self._config.server] = password.reveal() if password else None


class FakeEngine(FakePlatform):
    """A platform that runs images, and pulls them with the access it is told. Points: `targets`, `delete`."""

    config: FakeEngineConfig

    def targets(self, step: Step) -> tuple[str, ...]:
        """Return what it runs."""
        self.meet("targets", step)
        World(step.facts.data).note(f"targets {step.facts.app}")
        return self.config.targets

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Pull the image and make the object."""
        self._fetch(artifact, step)
        return super().deploy(artifact, step)

    def run_task(self, task: Task, artifact: Artifact | None, step: Step) -> None:
        """Pull the image and run the task."""
        self._fetch(artifact, step)
        super().run_task(task, artifact, step)

    def check_artifact(self, artifact: Artifact | None) -> None:
        """Return: the image was looked for when it was fetched."""

    def keeps(self) -> int | None:
        """Return how many of those that were pulled to keep."""
        return self.config.keep

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the engine has it."""
        return _on_engine(artifact) in images(step)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove it from the engine."""
        self.meet("delete", step)
        with World(step.facts.data).change() as world:
            world.setdefault("images", {}).pop(_on_engine(artifact), None)

    def _fetch(self, artifact: Artifact | None, step: Step) -> None:
        """Have the image on the engine. Raises ArtifactGoneError, OperationError."""
        if artifact is None:
            return
        _pull(artifact, step)
        _put(structs.replace(artifact, reference=_on_engine(artifact)), step)


def images(step: Step) -> dict[str, str]:
    """Return the digests of all images of the world, by reference."""
    found: dict[str, str] = World(step.facts.data).read().get("images", {})
    return found


def _on_engine(artifact: Artifact) -> str:
    """Return what an image is called once the engine has it."""
    return artifact.reference if artifact.provisional else f"engine/{artifact.reference}"


def _server(artifact: Artifact) -> str:
    """Return the registry that has the image."""
    return artifact.reference.partition("/")[0]


def _image(name: str, id: str, tag: str) -> Artifact:
    """Return an image of the engine as a registry knows it."""
    digest = _digest("manifest", id)
    details = {"image": name, "tag": tag, "location": "registry"}
    return Artifact(kind=CONTAINER_IMAGE, reference=f"{name}@{digest}", digest=digest, details=details)


def _kept_at(name: str, artifact: Artifact) -> Artifact:
    """Return an image of one registry as another one has it."""
    details = {**artifact.details, "image": name}
    return structs.replace(artifact, reference=f"{name}@{artifact.digest}", details=details)


def _put(artifact: Artifact, step: Step) -> Artifact:
    """Put an image into the world, and return it."""
    with World(step.facts.data).change() as world:
        world.setdefault("images", {})[artifact.reference] = artifact.digest
    return artifact


def _pull(artifact: Artifact, step: Step) -> None:
    """Fetch an image from where it is. Raises ArtifactGoneError, and OperationError without the right password."""
    if not artifact.provisional:
        _log_in(_server(artifact), step.facts.registry, step)
    if images(step).get(artifact.reference) != artifact.digest:
        raise ArtifactGoneError(artifact.reference, "nobody has it any more")


def _log_in(server: str, told: RegistryAccess | None, step: Step) -> None:
    """Raise OperationError when the access is not what the registry wants."""
    wanted = World(step.facts.data).read().get("logins", {}).get(server)
    given = told.password.reveal() if told is not None and told.password and told.server == server else None
    if wanted is not None and given != wanted:
        raise OperationError(f"{server} answered 401", hint="give the registry block its password")


def _digest(*parts: str) -> str:
    """Return the digest of some texts."""
    return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
