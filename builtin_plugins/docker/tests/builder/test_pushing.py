"""Builds that are pushed as they are built: what the record has, tags that are shared, several platforms."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from milepost.sdk import OperationError
from milepost.sdk.artifact import RegistryAccess
from milepost.testing.bench import Bench
from milepost_docker.builder.builder import DockerBuilder
from milepost_docker.builder.config import DockerBuildConfig
from tests.engines.docker import Engine
from tests.engines.registries import Registry

Configured = Callable[..., DockerBuildConfig]


@pytest.fixture
def access(registry: Registry, mark: str) -> RegistryAccess:
    """Return where a builder may push, with a tag of the registry's."""
    return RegistryAccess(reference=f"{registry.host}/built-{mark[:8]}:7", server=registry.host, insecure=True)


def test_buildkit_pushes_in_one_go_and_the_artifact_is_the_registrys_digest(
    workshop: Bench, configured: Configured, base: str, engine: Engine, access: RegistryAccess
) -> None:
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nCOPY . /www\n")
    builder = DockerBuilder(configured(tags=["also"]))
    artifact = builder.build(workshop.step("build", registry=access, targets=(f"linux/{engine.architecture}",)))
    name = access.reference.removesuffix(":7")
    assert artifact.reference == f"{name}@{artifact.digest}"
    assert not artifact.provisional
    assert artifact.details["platforms"] == [f"linux/{engine.architecture}"]
    assert builder.exists(artifact, workshop.step("status", registry=access))
    again = builder.build(workshop.step("build", registry=access))
    assert again.digest == artifact.digest
    builder.delete(artifact, workshop.step("destroy", registry=access))
    assert not builder.exists(artifact, workshop.step("status", registry=access))


def test_builds_at_once_under_one_tag_record_each_its_own_image(
    workshop: Bench, configured: Configured, base: str, access: RegistryAccess
) -> None:
    made = {}
    for name in ("one", "two"):
        folder = workshop.folder / name
        folder.mkdir(parents=True)
        (folder / "Dockerfile").write_text(f"FROM {base}\nCOPY which /\n")
        (folder / "which").write_text(name)

    def build(name: str) -> None:
        step = workshop.step("build", source=workshop.folder / name, registry=access)
        made[name] = DockerBuilder(configured()).build(step)

    threads = [threading.Thread(target=build, args=(name,)) for name in ("one", "two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for name, artifact in made.items():
        step = workshop.step("build", source=workshop.folder / name, registry=access)
        assert DockerBuilder(configured()).build(step).digest == artifact.digest
    assert made["one"].digest != made["two"].digest


def test_the_classic_builder_leaves_pushing_to_the_registry(
    workshop: Bench, configured: Configured, base: str, access: RegistryAccess
) -> None:
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\n")
    artifact = DockerBuilder(configured(buildkit=False)).build(workshop.step("build", registry=access))
    assert artifact.provisional
    assert artifact.reference.startswith("milepost/shop/web:")


@pytest.mark.current_engine
class TestSeveralPlatforms:
    @pytest.fixture
    def engine(self, current_engine: Engine) -> Engine:
        return current_engine

    def test_several_platforms_are_one_image_that_is_pushed(
        self, workshop: Bench, configured: Configured, access: RegistryAccess
    ) -> None:
        (workshop.source / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
        wanted = ("linux/amd64", "linux/arm64")
        artifact = DockerBuilder(configured()).build(workshop.step("build", registry=access, targets=wanted))
        assert artifact.details["platforms"] == list(wanted)
        again = DockerBuilder(configured()).build(workshop.step("build", registry=access, targets=wanted))
        assert again.digest == artifact.digest

    def test_provenance_is_attached_only_where_it_is_asked_for(
        self, workshop: Bench, configured: Configured, access: RegistryAccess
    ) -> None:
        (workshop.source / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
        plain = DockerBuilder(configured()).build(workshop.step("build", registry=access))
        proven = DockerBuilder(configured(provenance="min")).build(workshop.step("build", registry=access))
        assert proven.digest != plain.digest


def test_an_engine_that_cannot_make_several_platforms_says_how_to_get_one_that_can(
    docker_engine: Engine, workshop: Bench, configured: Configured, engine: Engine
) -> None:
    if engine is not docker_engine or "containerd" in engine.docker("info", "--format", "{{.DriverStatus}}"):
        pytest.skip("not applicable: this engine can")
    (workshop.source / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    with pytest.raises(OperationError) as caught:
        DockerBuilder(configured(platforms=["linux/amd64", "linux/arm64"])).build(workshop.step("build"))
    assert "docker buildx create" in caught.value.hint
