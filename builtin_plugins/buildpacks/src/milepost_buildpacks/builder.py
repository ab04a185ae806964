"""The builder: `pack` is run on the app's folder, and what it made is read."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from milepost.sdk import Artifact, CommandFailedError, OperationError, Step
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.capabilities import Examined, Planned
from milepost_buildpacks import engine
from milepost_buildpacks.config import BuildpacksConfig
from milepost_buildpacks.descriptor import descriptor
from milepost_buildpacks.kept import KeepsImages
from milepost_buildpacks.logins import docker_config
from milepost_buildpacks.order import FALLBACK, Order, cache_of, image_name, pack, platform_of, tag_of
from milepost_buildpacks.outcome import artifact
from milepost_buildpacks.outlook import GET_PACK, examined, is_too_old, planned, too_old


class BuildpacksBuilder(KeepsImages):
    """Makes a container image of an app without a Dockerfile."""

    def __init__(self, config: BuildpacksConfig) -> None:
        self._config = config

    def build(self, step: Step) -> Artifact:
        """Build, and publish where that is wanted. Raises OperationError with the last lines of what was printed."""
        access = self._access(step)
        found = engine.look(step)
        last = _last_file(step)
        before = _read(last)
        order = Order(
            config=self._config,
            name=image_name(access, step),
            builder=self._config.builder or _default_builder(step),
            access=access,
            engine=found,
            platform=platform_of(self._config, step),
            previous=_previous(before, access, found),
            descriptor=descriptor(self._config, step),
            docker_config=docker_config(access, step),
        )
        with _cache(order, step):
            self._run(order, step)
        made = artifact(order, step)
        _compare(made, before, step)
        _write(last, {"digest": made.digest, "reference": order.name, "place": _place(access, found)}, step)
        return made

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return what is built and where it goes. Raises what a build would raise at once."""
        builder = self._config.builder or _default_builder(step)
        return planned(self._access(step), builder, platform_of(self._config, step), step)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield what is found of `pack` and of the engine."""
        yield from examined(step.facts.registry if self._config.publish is not False else None, step)

    def _access(self, step: Step) -> RegistryAccess | None:
        """Return how to put the image into the registry, where it is to go there."""
        access = step.facts.registry if self._config.publish is not False else None
        if self._config.publish and access is None:
            raise OperationError(
                "publish = true, and there is no registry into which a builder may push",
                hint='build { registry { use "docker" { image = "HOST/NAME" } } }',
            )
        if access is None and (self._config.cache or "").startswith("image:"):
            raise OperationError(
                f"the cache {self._config.cache} is an image, which only a build into a registry can keep",
                hint='cache = "volume:NAME"',
            )
        return access

    def _run(self, order: Order, step: Step) -> None:
        """Run `pack`."""
        # It makes a file of this name where there is no folder.
        (step.facts.scratch / order.reports).mkdir()
        try:
            step.run(pack(order, step))
        except CommandFailedError as error:
            if error.status is None:
                raise OperationError(
                    "buildpacks need the program `pack`, which is not installed", hint=GET_PACK
                ) from error
            raise OperationError(
                f"the image of {step.facts.app} was not built: {error.tail or error}", hint=_hint(order)
            ) from error


@contextmanager
def _cache(order: Order, step: Step) -> Iterator[None]:
    """Have the app's cache for oneself: two builds would write into it, and who is killed leaves containers with it."""
    form, _, where = cache_of(order.config, "build", step).partition(":")
    if form != "volume":
        yield
        return
    with step.exclusive(f"buildpacks {where}"):
        engine.remove_left(where, step)
        yield


def _hint(order: Order) -> str:
    """Return what may help where a build fails."""
    if order.access is None and order.engine and is_too_old(order.engine):
        return too_old(order.engine)
    return f"pack builder inspect {order.builder}"


def _default_builder(step: Step) -> str:
    """Return the builder that the user has chosen for `pack`, else ours."""
    environment = step.facts.environment
    file = Path(environment.get("PACK_HOME") or step.facts.home / ".pack") / "config.toml"
    if not file.is_file():
        return FALLBACK
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8")).get("default-builder-image") or FALLBACK)
    except (OSError, ValueError) as error:
        raise OperationError(f"the config of pack, {file}, cannot be read: {error}", hint="pack report") from error


def _previous(before: dict[str, Any], access: RegistryAccess | None, found: engine.Engine | None) -> str | None:
    """Return the image of the last build, if it is where this one goes."""
    reference = before.get("reference")
    return reference if reference and before.get("place") == _place(access, found) else None


def _place(access: RegistryAccess | None, found: engine.Engine | None) -> str:
    """Return where images go: a repository, or an engine."""
    if access is None:
        return found.host if found else ""
    tag = tag_of(access.reference)
    return access.reference.removesuffix(f":{tag}") if tag else access.reference


def _compare(made: Artifact, before: dict[str, Any], step: Step) -> None:
    """Say whether the image is the one of the last build."""
    if made.digest == before.get("digest"):
        step.say(f"the same image as that of the last build: {made.digest}")


def _last_file(step: Step) -> Path:
    """Return the file that remembers the last build of this app in this workspace."""
    facts = step.facts
    name = "\0".join((facts.store, facts.project, facts.workspace, facts.app))
    return facts.data / f"last-{sha256(name.encode()).hexdigest()[:16]}.json"


def _read(file: Path) -> dict[str, Any]:
    """Return what is remembered; nothing where that cannot be read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, document: dict[str, str], step: Step) -> None:
    """Remember a build; a build that cannot be remembered is a good one all the same."""
    beside = file.with_name(f"{file.name}.{step.facts.operation}")
    try:
        beside.write_text(json.dumps(document), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        step.say(f"the next build will know nothing of this one: {error}")
