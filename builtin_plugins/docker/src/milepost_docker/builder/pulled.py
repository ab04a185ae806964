"""The builder `docker-pull`: an image that somebody else made, fetched to the engine, and from there on a digest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from milepost.sdk import Artifact, MilepostError, Step
from milepost.sdk.capabilities import Examined, Planned
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost_docker.builder.config import PullConfig
from milepost_docker.builder.foreign import login, missing, refuse_other_platforms
from milepost_docker.builder.kept import engine_drops, engine_has
from milepost_docker.credentials import Login
from milepost_docker.engine.connect import Engine, connected
from milepost_docker.engine.examine import examine_engine
from milepost_docker.engine.progress import followed
from milepost_docker.engine.request import Request
from milepost_docker.engine.trouble import MissingError
from milepost_docker.image import Image, inspected, platform_of, runnable
from milepost_docker.reference import Reference
from milepost_docker.registry.silence import OF_A_PULL, Listening


class PullBuilder:
    """Pulls an image. The engine does it, and asks the registry: it may reach one that this machine does not."""

    def __init__(self, config: PullConfig) -> None:
        self._config = config
        self._client = config.client_config

    def build(self, step: Step) -> Artifact:
        """Return the image by the digest that its tag has now. Raises OperationError where it is not there."""
        step.check()
        reference, login = self._meant(step)
        listening = Listening(step, OF_A_PULL)
        with connected(self._client, cast("Step", listening)) as engine:
            digest, platforms = _asked(engine, reference, login)
            wanted = self._wanted(engine, step)
            refuse_other_platforms(reference, platforms, wanted)
            query = {"fromImage": reference.familiar_name, "tag": digest, "platform": self._config.platform}
            what = f"pulling {reference.familiar}"
            with listening.to(engine.stream("/images/create", query, headers=_headers(login)), what) as heard:
                followed(heard, what, step)
            answer = engine.image(reference.pinned(digest).familiar)
            if answer is None:
                raise missing(reference, f"the engine at {engine.address.name}")
            found = inspected(reference, answer, engine.address.identity)
            return Image(
                reference=reference,
                digest=digest,
                location="registry",
                platforms=platforms or found.platforms,
                size=found.size,
                labels=found.labels,
            ).artifact()

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the engine has it: that is what this builder has made."""
        return engine_has(runnable(artifact), None, self._client, step)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Remove it from the engine, and from no registry: there it is somebody else's; gone already is no error."""
        engine_drops(runnable(artifact), self._client, step)

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return which image would be pulled, by the digest that its tag has now."""
        reference, login = self._meant(step)
        with connected(self._client, step) as engine:
            digest, _ = _asked(engine, reference, login)
        return (Planned(action="make", kind="image", name=reference.familiar, detail=f"pulled as {digest}"),)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield what is found of the engine, and whether the image is there for us."""
        yield from examine_engine(self._client, step)
        try:
            reference, login = self._meant(step)
            with connected(self._client, step) as engine:
                _asked(engine, reference, login)
        except (CancelledError, DeadlineError):
            raise
        except MilepostError as error:
            yield Examined(level="problem", what=str(error), hint=error.hint)
        else:
            yield Examined(level="ok", what=f"{reference.familiar} is there and may be pulled")

    def _meant(self, step: Step) -> tuple[Reference, Login]:
        """Return which image is meant, and who we are to its registry."""
        config = self._config
        reference = config.reference
        return reference, login(reference, config.auth, config.encoded_auth, step)

    def _wanted(self, engine: Engine, step: Step) -> tuple[str, ...]:
        """Return the platforms that the image must be for."""
        if self._config.platform:
            return (self._config.platform,)
        return step.facts.targets or (engine.platform(),)


def _headers(login: Login) -> dict[str, str]:
    return {} if login.anonymous else {"X-Registry-Auth": login.header()}


def _asked(engine: Engine, reference: Reference, login: Login) -> tuple[str, tuple[str, ...]]:
    """Return digest and platforms of an image, which the engine asks its registry for."""
    path = f"/distribution/{reference.familiar}/json"
    try:
        answer = engine.ask(Request(method="GET", path=path, headers=_headers(login)))
    except MissingError as error:
        raise missing(reference, reference.server) from error
    platforms = (platform_of(each) for each in answer.get("Platforms") or ())
    # What BuildKit attaches to an image has a platform too, which is none.
    return answer["Descriptor"]["digest"], tuple(each for each in platforms if "unknown" not in each)
