"""The fake platforms: deployments are entries of the world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import Adopted, Examined, LogLine, Planned
from milepost.sdk.config import PluginState
from milepost.sdk.deployment import HTTP_ENDPOINT, STATIC_FILES, Deployment, Endpoint, Health, Recorded, Resource
from milepost.sdk.errors import ArtifactGoneError, CommandFailedError, NotReadyError, OperationError
from milepost.sdk.step import Command, Step, Task
from milepost.testing.fakes.looking import cleaned_up, drop_volume, examined, opened, planned, volume
from milepost.testing.fakes.trouble import TroubleConfig, meet
from milepost.testing.fakes.world import World


class FakePlatformConfig(TroubleConfig, frozen=True, kw_only=True):
    """The config of the fake platforms."""

    worker: Annotated[bool, Meta(description="It exposes nothing.")] = False
    static: Annotated[bool, Meta(description="It exposes files instead of HTTP.")] = False
    replicas: Annotated[int, Meta(description="How many endpoints there are.", ge=1)] = 1
    note: Annotated[str, Meta(description="Anything, to be another config.")] = ""
    tunnel: Annotated[bool, Meta(description="It can be opened only through a tunnel.")] = False
    volume: Annotated[bool, Meta(description="An app has a volume, which outlives its deployments.")] = False


class FakePlatformState(PluginState, frozen=True, kw_only=True):
    """What a fake platform needs to find its object again."""

    key: Annotated[str, Meta(description="The object's key in the world.")]


def exposed(config: FakePlatformConfig) -> tuple[str, ...]:
    """Return the endpoint kinds of a deployment with that config."""
    if config.worker:
        return ()
    return (STATIC_FILES if config.static else HTTP_ENDPOINT,)


class PlainPlatform:
    """Deploys, tells and destroys, and can do no more.

    Points: `deploy`, `made`, `saved`, `ready`, `status`, `destroy`.
    """

    def __init__(self, config: FakePlatformConfig) -> None:
        self.config = config

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Make an object in the world."""
        world, key = World(step.facts.data), self.object_key(step)
        world.note(f"deploy {step.facts.app}")
        self.meet("deploy", step)
        self.check_artifact(artifact)
        step.intend("object", key)
        starts = step.facts.strategy == "blue-green"
        self._make(artifact, step, key, running=starts)
        self.meet("made", step)
        step.created(key, f"id-{key}")
        step.save(FakePlatformState(key=key))
        self.meet("saved", step)
        return self.ready(key, step) if starts else Deployment()

    def status(self, recorded: Recorded[FakePlatformState], step: Step) -> Health:
        """Return how the object is."""
        self.meet("status", step)
        found = World(step.facts.data).read()["deployments"].get(_key(recorded))
        if found is None:
            return Health(name="missing", message="it is not in the world")
        wanted = found.get("wanted", 1)
        return Health(name=found["health"], ready=wanted if found["health"] == "ready" else 0, wanted=wanted)

    def destroy(self, recorded: Recorded[FakePlatformState], step: Step) -> None:
        """Remove the object, if it is there."""
        world = World(step.facts.data)
        world.note(f"destroy {step.facts.app} {_key(recorded)}")
        self.meet("destroy", step)
        with world.change() as all_there_is:
            all_there_is["deployments"].pop(_key(recorded), None)
        drop_volume(step)

    def check_artifact(self, artifact: Artifact | None) -> None:
        """Raise ArtifactGoneError if there should be an artifact and is none."""
        if artifact and not Path(artifact.reference).exists():
            raise ArtifactGoneError(artifact.reference, "its folder is gone")

    def object_key(self, step: Step) -> str:
        """Return the key of the object that a deploy makes."""
        return step.key("object")

    def meet(self, point: str, step: Step) -> None:
        """Pass a point where something may go wrong."""
        meet(point, self.config, World(step.facts.data), step)

    def ready(self, key: str, step: Step) -> Deployment:
        """Return the running object as a deployment. Raises NotReadyError at the point `ready`."""
        try:
            self.meet("ready", step)
        except OperationError as error:
            step.evidence("web.1 exited 1", "the last words of the fake")
            raise NotReadyError("web.1 exited 1 before it was ready") from error
        with World(step.facts.data).change() as world:
            found = world["deployments"][key]
            found["health"] = "ready"
            found["lines"] += ["starting", "ready"]
        return _deployment(key, found)

    def _make(self, artifact: Artifact | None, step: Step, key: str, *, running: bool) -> None:
        """Put the object into the world."""
        kinds = exposed(self.config)
        with World(step.facts.data).change() as world:
            if self.config.volume:
                world["volumes"].setdefault(volume(step), "data")
            first = world["ports"]
            world["ports"] += self.config.replicas
            addresses = [f"http://127.0.0.1:{first + number}" for number in range(self.config.replicas)]
            if self.config.static and artifact:
                addresses = [artifact.reference]
            world["deployments"][key] = {
                "app": step.facts.app,
                "workspace": step.facts.workspace,
                "health": "alive" if running else "parked",
                "kind": next(iter(kinds), ""),
                "addresses": addresses if kinds else [],
                "digest": artifact.digest if artifact else None,
                "artifact": msgspec.to_builtins(artifact),
                "env": {name: str(value) for name, value in step.facts.env.items()},
                "files": {name: str(value) for name, value in step.facts.files.items()},
                "labels": dict(step.facts.labels),
                "lines": [],
            }


class FakePlatform(PlainPlatform):
    """A platform with all capabilities but one.

    More points: `park`, `unpark`, `scale`, `trim`, `task`, `find`, `adopt`.
    """

    def park(self, recorded: Recorded[FakePlatformState], step: Step) -> None:
        """Stop the object and keep it."""
        World(step.facts.data).note(f"park {step.facts.app} {_key(recorded)}")
        self.meet("park", step)
        with World(step.facts.data).change() as world:
            world["deployments"][_key(recorded)]["health"] = "parked"

    def unpark(self, recorded: Recorded[FakePlatformState], step: Step) -> Deployment:
        """Start the object and wait until it is ready."""
        World(step.facts.data).note(f"unpark {step.facts.app} {_key(recorded)}")
        self.meet("unpark", step)
        step.check()
        return self.ready(_key(recorded), step)

    def scale(self, recorded: Recorded[FakePlatformState], replicas: int, step: Step) -> Deployment:
        """Have so many addresses; those that go stay until `trim`."""
        key = _key(recorded)
        World(step.facts.data).note(f"scale {step.facts.app} {replicas}")
        self.meet("scale", step)
        with World(step.facts.data).change() as world:
            found, more = world["deployments"][key], 0
            more = max(0, replicas - len(found["addresses"]))
            found["addresses"] += [f"http://127.0.0.1:{world['ports'] + number}" for number in range(more)]
            world["ports"] += more
            found["wanted"] = replicas
        return _deployment(key, {**found, "addresses": found["addresses"][:replicas]})

    def trim(self, recorded: Recorded[FakePlatformState], step: Step) -> None:
        """Forget the addresses that are too many."""
        World(step.facts.data).note(f"trim {step.facts.app}")
        self.meet("trim", step)
        with World(step.facts.data).change() as world:
            found = world["deployments"][_key(recorded)]
            del found["addresses"][found.get("wanted", len(found["addresses"])) :]

    def open(self, recorded: Recorded[FakePlatformState], step: Step) -> AbstractContextManager[str]:
        """Give the first address of the object."""
        self.meet("open", step)
        found = World(step.facts.data).read()["deployments"][_key(recorded)]
        return opened(found, step, tunnel=self.config.tunnel)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield what the world says is wrong."""
        return examined(self.config, step)

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return the object that a deploy would make."""
        return planned(self.config, "object", step)

    def clean_up(self, step: Step) -> None:
        """Note that nothing is left."""
        cleaned_up(self.config, step)
        drop_volume(step)

    def logs(
        self, recorded: Recorded[FakePlatformState], step: Step, *, follow: bool, tail: int | None
    ) -> Iterator[LogLine]:
        """Yield what the object printed; with `follow`, nothing more ever comes, until cancelled."""
        found = World(step.facts.data).read()["deployments"].get(_key(recorded), {"lines": []})
        lines = found["lines"] if tail is None else found["lines"][-tail:] if tail else []
        yield from (LogLine(text=text, replica=f"{step.facts.app}.1") for text in lines)
        while follow:
            step.sleep(0.05)

    def exec(self, recorded: Recorded[FakePlatformState], argv: tuple[str, ...], step: Step) -> int:
        """Run the command on this machine and return its status."""
        return step.run(Command(argv=argv, attach=True, check=False)).status

    def run_task(self, task: Task, artifact: Artifact | None, step: Step) -> None:
        """Note the task and print its command; a command `false` fails."""
        World(step.facts.data).note(f"task {step.facts.app} {task.name}")
        self.meet("task", step)
        step.check()
        step.output(" ".join(task.command))
        if task.command[0] == "false":
            raise CommandFailedError(task.command, 1, "told to fail")

    def find(self, labels: dict[str, str], step: Step) -> tuple[Resource, ...]:
        """Return the objects that carry the labels."""
        self.meet("find", step)
        there = World(step.facts.data).read()["deployments"]
        return tuple(
            Resource(kind="object", key=key, id=f"id-{key}", labels=found["labels"])
            for key, found in there.items()
            if labels.items() <= found["labels"].items()
        )

    def adopt(self, resources: tuple[Resource, ...], step: Step) -> Adopted:
        """Return the object as a deployment. Raises NotReadyError for one that was never ready."""
        self.meet("adopt", step)
        (key,) = (each.key for each in resources)
        found = World(step.facts.data).read()["deployments"].get(key)
        if found is None or found["health"] == "alive":
            raise NotReadyError(f"the object {key} was never ready", hint=f"milepost orphans destroy {key}")
        recorded = Recorded(
            operation=step.facts.operation,
            state=FakePlatformState(key=key),
            resources=(Resource(kind="object", key=key, id=f"id-{key}"),),
            artifact=msgspec.convert(found["artifact"], Artifact | None),
            deployment=_deployment(key, found),
        )
        presence: Literal["staged", "parked"] = "parked" if found["health"] == "parked" else "staged"
        return Adopted(recorded=recorded, presence=presence, config=self.config)


class InPlacePlatform(PlainPlatform):
    """A platform where all deployments of an app are one object, changed by each deploy."""

    def generation(self, step: Step) -> str | None:
        """Return the object's name."""
        return self.object_key(step)

    def object_key(self, step: Step) -> str:
        """Return the one key of the app in its workspace."""
        return f"{step.facts.workspace}-{step.facts.app}"


def _key(recorded: Recorded[FakePlatformState]) -> str:
    """Return the object's key: from the state, or from what was only intended."""
    if recorded.state:
        return recorded.state.key
    return next((each.key for each in recorded.resources), "nothing")


def _deployment(key: str, found: dict[str, Any]) -> Deployment:
    """Return an object of the world as a deployment."""
    endpoints = tuple(Endpoint(kind=found["kind"], address=each) for each in found["addresses"])
    return Deployment(endpoints=endpoints, url=next(iter(found["addresses"]), None), details={"key": key})


def leftovers(data: Path) -> list[str]:
    """Return the keys of all objects that are in the world of that data folder."""
    return sorted(_deployments(data))


def _deployments(data: Path) -> dict[str, Any]:
    """Return the objects of a world."""
    found: dict[str, Any] = World(data).read()["deployments"]
    return found
