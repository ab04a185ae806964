"""Images of registries: pulled by digest, with the access that was granted, and gone with their last deployment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from milepost.sdk import Artifact, ArtifactGoneError, MilepostError, RegistryAccess, Secret
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.platform import DockerPlatform
from tests.engines.docker import Engine
from tests.engines.registries import Registry

Config = Callable[..., DockerConfig]


@pytest.fixture
def pushed(
    docker_engine: Engine, web_image: str, registry_with_password: Registry, bench: Bench, tmp_path: Any
) -> Iterator[Artifact]:
    """The web image in a registry with a password, and no longer on the engine by that name."""
    place = registry_with_password
    engine = docker_engine.apart(tmp_path / "docker")
    name = f"{place.host}/shop:{bench.step('status').key()}"
    # A layer of its own: the engine must not have the image by another name.
    made = engine.docker("create", "--label", f"only={name}", web_image)
    engine.docker("commit", "--change", f"LABEL only={name}", made, name)
    engine.docker("rm", made)
    engine.docker("login", "--username", place.user, "--password-stdin", place.host, stdin=place.password.encode())
    engine.docker("push", name)
    (told,) = json.loads(engine.docker("image", "inspect", name))
    engine.docker("image", "rm", name)
    (reference,) = told["RepoDigests"]
    digest = reference.partition("@")[2]
    yield Artifact(kind="container-image/1", reference=reference, digest=digest, details={"location": "registry"})
    engine.docker("image", "rm", "--force", reference, check=False)


def granted(place: Registry, reference: str) -> RegistryAccess:
    """Return the access that a registry block would grant."""
    password = Secret([Part(place.password, "var.registry")])
    return RegistryAccess(reference=reference, server=place.host, username=place.user, password=password)


def test_an_image_is_pulled_by_digest_and_goes_with_its_last_deployment(
    config: Config, bench: Bench, pushed: Artifact, registry_with_password: Registry, docker_engine: Engine
) -> None:
    platform, access = DockerPlatform(config()), granted(registry_with_password, pushed.reference)
    steps = [bench.step("deploy", registry=access) for _ in range(2)]
    records = [step.recorded(pushed, platform.deploy(pushed, step)) for step in steps]
    assert [step.noted("say") for step in steps] == [[f"pulling {pushed.reference}"], []]
    assert registry_with_password.password not in "".join(step.everything() for step in steps)
    platform.destroy(records[0], bench.step("destroy"))
    assert docker_engine.docker("image", "inspect", pushed.reference, check=False) != "[]"
    platform.destroy(records[1], bench.step("destroy"))
    assert docker_engine.docker("image", "inspect", pushed.reference, check=False) == "[]"


def test_without_access_the_registry_says_no_and_nothing_is_made(
    config: Config, bench: Bench, pushed: Artifact, containers: Callable[[], list[str]]
) -> None:
    with pytest.raises(MilepostError) as caught:
        DockerPlatform(config()).deploy(pushed, bench.step("deploy"))
    assert not isinstance(caught.value, ArtifactGoneError)
    assert containers() == []


def test_an_image_that_the_registry_has_lost_is_gone(
    config: Config, bench: Bench, pushed: Artifact, registry_with_password: Registry
) -> None:
    name = pushed.reference.partition("@")[0]
    lost = Artifact(kind=pushed.kind, reference=f"{name}@sha256:{'1' * 64}", digest="sha256:" + "1" * 64)
    step = bench.step("deploy", registry=granted(registry_with_password, lost.reference))
    with pytest.raises(ArtifactGoneError) as caught:
        DockerPlatform(config()).deploy(lost, step)
    assert "milepost up web" in caught.value.hint
