"""The fake builder and registry: artifacts are folders named after their digest."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Annotated

from msgspec import Meta, structs

from milepost.sdk.artifact import FILE_TREE, Artifact
from milepost.sdk.errors import ArtifactGoneError
from milepost.sdk.step import Step
from milepost.testing.fakes.trouble import TroubleConfig, meet
from milepost.testing.fakes.world import World


class FakeBuilderConfig(TroubleConfig, frozen=True, kw_only=True):
    """The config of the builder `fake`."""

    text: Annotated[str, Meta(description="What else the artifact is made of, besides the app's folder.")] = ""


class FakeRegistryConfig(TroubleConfig, frozen=True, kw_only=True):
    """The config of the registry `fake`."""

    name: Annotated[str, Meta(description="The registry's name; each has a folder of its own.")] = "registry"


class _Keeper:
    """Folders of artifacts, by digest."""

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the folder is there with what the digest says."""
        folder = Path(artifact.reference)
        return folder.is_dir() and digest_of(folder) == artifact.digest

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove the folder; what is gone already is no error."""
        shutil.rmtree(artifact.reference, ignore_errors=True)


class FakeBuilder(_Keeper):
    """Copies the app's folder. Points: `build`, `built`."""

    def __init__(self, config: FakeBuilderConfig) -> None:
        self._config = config

    def build(self, step: Step) -> Artifact:
        """Return the artifact of the app's folder."""
        world = World(step.facts.data)
        world.note(f"build {step.facts.app}")
        meet("build", self._config, world, step)
        step.check()
        scratch = step.facts.scratch / "tree"
        shutil.copytree(step.facts.source, scratch, dirs_exist_ok=True)
        (scratch / ".text").write_text(self._config.text)
        artifact = _kept(scratch, step.facts.data / "built")
        step.say(f"built {artifact.digest[:19]}")
        meet("built", self._config, world, step)
        return artifact


class FakeRegistry(_Keeper):
    """Copies artifacts to a folder of its own. Points: `push`, `pushed`."""

    def __init__(self, config: FakeRegistryConfig) -> None:
        self._config = config

    def push(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the artifact as it is kept here."""
        world = World(step.facts.data)
        world.note(f"push {step.facts.app}")
        meet("push", self._config, world, step)
        pushed = self.copy_from(artifact, step)
        meet("pushed", self._config, world, step)
        return pushed

    def copy_from(self, artifact: Artifact, step: Step) -> Artifact:
        """Return a copy with the same digest, which was verified. Raises ArtifactGoneError."""
        step.check()
        if not self.exists(artifact, step):
            raise ArtifactGoneError(artifact.reference, "its folder is gone or was changed")
        scratch = step.facts.scratch / "copy"
        shutil.copytree(artifact.reference, scratch, dirs_exist_ok=True)
        kept = _kept(scratch, step.facts.data / self._config.name)
        return structs.replace(kept, details=artifact.details)


def _kept(scratch: Path, shelf: Path) -> Artifact:
    """Move a tree to the shelf, under its digest, and return it as an artifact."""
    digest = digest_of(scratch)
    place = shelf / digest.removeprefix("sha256:")
    shelf.mkdir(parents=True, exist_ok=True)
    if place.exists():
        shutil.rmtree(scratch)
    else:
        scratch.rename(place)
    return Artifact(kind=FILE_TREE, reference=str(place), digest=digest)


def digest_of(folder: Path) -> str:
    """Return the digest of names and contents."""
    total = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return f"sha256:{total.hexdigest()}"
