"""Builders and the registry together: who pushes what, who logs in, and what the record has at the end."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from milepost.sdk import Credential, OperationError
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost_docker.builder.builder import DockerBuilder
from milepost_docker.builder.config import DockerBuildConfig, PullConfig, RefConfig
from milepost_docker.builder.pulled import PullBuilder
from milepost_docker.builder.referenced import RefBuilder
from milepost_docker.engine.config import Auth, ClientConfig
from milepost_docker.registry.config import DockerRegistryConfig
from milepost_docker.registry.registry import DockerRegistry
from tests.engines import images
from tests.engines.docker import Engine
from tests.engines.registries import Registry

Configured = Callable[..., DockerBuildConfig]
both = pytest.mark.parametrize("buildkit", [True, False], ids=["buildkit", "classic"])


def password_of(registry: Registry) -> Credential:
    """Return the password as the project file gives it."""
    return Credential([Part(registry.password)])


@pytest.fixture
def kept(engine: Engine, registry_with_password: Registry, mark: str) -> DockerRegistryConfig:
    """Return the config of a repository that wants a password."""
    return DockerRegistryConfig(
        image=f"{registry_with_password.host}/kept-{mark[:8]}",
        username=registry_with_password.user,
        password=password_of(registry_with_password),
        insecure=True,
        client_config=ClientConfig(host=engine.host),
    )


@pytest.fixture
def foreign(docker_engine: Engine, registry: Registry) -> Iterator[str]:
    """Return the name of an image, tag `1`, that a registry has."""
    name = f"{registry.host}/foreign-{uuid4().hex[:8]}"
    docker_engine.docker("tag", images.base(docker_engine), f"{name}:1")
    docker_engine.docker("push", f"{name}:1")
    docker_engine.docker("image", "rm", f"{name}:1")
    yield name
    left = docker_engine.docker("image", "ls", "--format", "{{.Repository}}@{{.Digest}}", "--digests", name)
    for each in left.split():
        docker_engine.docker("image", "rm", each)


@both
def test_whoever_pushes_the_record_has_the_registrys_digest_and_no_password_shows(
    workshop: Bench, configured: Configured, kept: DockerRegistryConfig, base: str, *, buildkit: bool
) -> None:
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nCOPY . /www\n")
    role = DockerRegistry(kept)
    access = role.access(workshop.step("push"))
    built = DockerBuilder(configured(buildkit=buildkit)).build(workshop.step("build", registry=access))
    assert built.provisional is not buildkit
    pushed = role.push(built, workshop.step("push"))
    assert pushed.reference == f"{kept.image}@{pushed.digest}"
    if buildkit:
        assert (pushed.digest, pushed.reference) == (built.digest, built.reference)
    assert role.exists(pushed, workshop.step("status"))
    assert kept.password is not None
    assert kept.password.reveal() not in "".join(each.everything() for each in workshop.steps)


@both
def test_a_base_image_behind_a_login_is_pulled_as_the_auth_block_says(
    workshop: Bench, configured: Configured, kept: DockerRegistryConfig, engine: Engine, base: str, *, buildkit: bool
) -> None:
    if buildkit and float(engine.api) < 1.42:
        pytest.skip("not applicable: BuildKit of that age speaks to registries on loopback without TLS only")
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nRUN echo hidden > /hidden\n")
    hidden = DockerBuilder(configured(buildkit=False)).build(workshop.step("build"))
    pushed = DockerRegistry(kept).push(hidden, workshop.step("push"))
    engine.docker("image", "rm", "--force", hidden.digest)
    (workshop.source / "Dockerfile").write_text(f"FROM {pushed.reference}\n")
    host = kept.image.partition("/")[0]
    auth = [Auth(hostname="other.test", username="x"), Auth(hostname=host, username="milepost", password=kept.password)]
    with pytest.raises(OperationError):
        DockerBuilder(configured(buildkit=buildkit, pull=True)).build(workshop.step("build"))
    step = workshop.step("build")
    artifact = DockerBuilder(configured(buildkit=buildkit, pull=True, auth=auth)).build(step)
    assert engine.docker("run", "--rm", artifact.digest, "cat", "/hidden") == "hidden"
    assert kept.password is not None
    assert kept.password.reveal() not in step.everything()


def test_the_classic_builder_is_let_in_as_the_docker_command_is(
    workshop: Bench,
    configured: Configured,
    kept: DockerRegistryConfig,
    docker_engine: Engine,
    engine: Engine,
    base: str,
) -> None:
    if engine is not docker_engine:
        pytest.skip("not applicable: who lets us in is not the engine's business: one is enough")
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\n")
    hidden = DockerBuilder(configured(buildkit=False)).build(workshop.step("build"))
    pushed = DockerRegistry(kept).push(hidden, workshop.step("push"))
    engine.docker("image", "rm", "--force", hidden.digest)
    (workshop.source / "Dockerfile").write_text(f"FROM {pushed.reference}\n")
    assert kept.password is not None
    login = base64.b64encode(f"milepost:{kept.password.reveal()}".encode()).decode()
    known = json.dumps({"auths": {kept.image.partition("/")[0]: {"auth": login}}})
    step = workshop.step("build", environment={"DOCKER_AUTH_CONFIG": known})
    assert DockerBuilder(configured(buildkit=False)).build(step).digest


@pytest.mark.parametrize("word", ["docker-pull", "docker-ref"])
def test_an_image_of_elsewhere_is_copied_by_the_registry_with_its_digest(
    docker_engine: Engine, registry: Registry, workshop: Bench, foreign: str, word: str
) -> None:
    client = ClientConfig(host=docker_engine.host)
    builder = (
        PullBuilder(PullConfig(image=foreign, tag="1", client_config=client))
        if word == "docker-pull"
        else RefBuilder(RefConfig(image=foreign, tag="1"))
    )
    found = builder.build(workshop.step("build"))
    assert found.reference == f"{foreign}@{found.digest}"
    assert not found.provisional
    assert found.details["platforms"] == [f"linux/{docker_engine.architecture}"]
    own = DockerRegistry(DockerRegistryConfig(image=f"{foreign}-copy", client_config=client))
    copied = own.push(found, workshop.step("push"))
    assert copied.digest == found.digest
    assert copied.reference == f"{foreign}-copy@{found.digest}"


class TestForeign:
    @pytest.fixture
    def engine(self, docker_engine: Engine) -> Engine:
        return docker_engine

    def test_a_tag_that_is_not_there_is_named_with_what_to_do(
        self, docker_engine: Engine, workshop: Bench, foreign: str
    ) -> None:
        pull = PullConfig(image=foreign, tag="2", client_config=ClientConfig(host=docker_engine.host))
        for builder in (PullBuilder(pull), RefBuilder(RefConfig(image=foreign, tag="2"))):
            with pytest.raises(OperationError, match=f"has no image {foreign}:2") as caught:
                builder.build(workshop.step("build"))
            assert "docker login" in caught.value.hint

    def test_an_image_for_other_processors_than_the_platforms_is_refused(
        self, docker_engine: Engine, workshop: Bench, foreign: str
    ) -> None:
        pull = PullConfig(image=foreign, tag="1", client_config=ClientConfig(host=docker_engine.host))
        for builder in (PullBuilder(pull), RefBuilder(RefConfig(image=foreign, tag="1"))):
            with pytest.raises(OperationError, match=r"is for linux/\w+, and what is wanted is linux/s390x"):
                builder.build(workshop.step("build", targets=("linux/s390x",)))

    def test_a_digest_stands_where_a_tag_may(self, workshop: Bench, foreign: str) -> None:
        by_tag = RefBuilder(RefConfig(image=foreign, tag="1")).build(workshop.step("build"))
        by_digest = RefBuilder(RefConfig(image=foreign, tag=by_tag.digest)).build(workshop.step("build"))
        assert by_digest.reference == by_tag.reference

    def test_docker_ref_touches_no_engine_and_runs_nothing(self, workshop: Bench, foreign: str) -> None:
        step = workshop.step("build", environment={"DOCKER_HOST": "unix:///nowhere/none.sock"})
        assert RefBuilder(RefConfig(image=foreign, tag="1")).build(step).digest
        assert step.commands == []

    def test_an_image_that_only_the_engine_has_is_asked_of_it(
        self, docker_engine: Engine, workshop: Bench, base: str
    ) -> None:
        name, _, tag = base.rpartition(":")
        config = RefConfig(image=name, tag=tag, local=True, client_config=ClientConfig(host=docker_engine.host))
        artifact = RefBuilder(config).build(workshop.step("build"))
        assert artifact.provisional
        assert artifact.digest == docker_engine.docker("image", "inspect", "--format", "{{.Id}}", base)
        with pytest.raises(OperationError, match="has no image"):
            RefBuilder(RefConfig(image="none", tag="1", local=True)).build(workshop.step("build"))

    def test_an_image_whose_registry_is_out_of_reach_is_taken_from_the_engine_and_that_is_said(
        self, docker_engine: Engine, workshop: Bench, base: str
    ) -> None:
        name = f"127.0.0.1:1/{workshop.step('build').facts.operation.lower()}"
        docker_engine.docker("tag", base, f"{name}:1")
        try:
            config = RefConfig(image=name, tag="1", client_config=ClientConfig(host=docker_engine.host))
            step = workshop.step("build")
            artifact = RefBuilder(config).build(step)
            assert artifact.provisional
            assert artifact.digest == docker_engine.docker("image", "inspect", "--format", "{{.Id}}", base)
            assert any("nothing listens" in each and "what it has is used" in each for each in step.noted("say"))
        finally:
            docker_engine.docker("image", "rm", f"{name}:1")
        with pytest.raises(OperationError, match="nothing listens at the registry") as caught:
            RefBuilder(config).build(workshop.step("build"))
        assert "project file" in caught.value.hint

    def test_encoded_auth_opens_a_registry(
        self, workshop: Bench, kept: DockerRegistryConfig, configured: Configured, base: str
    ) -> None:
        (workshop.source / "Dockerfile").write_text(f"FROM {base}\n")
        built = DockerBuilder(configured(buildkit=False)).build(workshop.step("build"))
        pushed = DockerRegistry(kept).push(built, workshop.step("push"))
        assert kept.password is not None
        login = json.dumps({"username": "milepost", "password": kept.password.reveal()})
        encoded = Credential([Part(base64.b64encode(login.encode()).decode())])
        config = RefConfig(image=kept.image, tag=pushed.digest, encoded_auth=encoded, insecure=True)
        assert RefBuilder(config).build(workshop.step("build")).digest == pushed.digest
        with pytest.raises(OperationError):
            RefBuilder(RefConfig(image=kept.image, tag=pushed.digest, insecure=True)).build(workshop.step("build"))

    def test_doctor_and_plan_tell_of_an_image_that_is_there_and_of_one_that_is_not(
        self, docker_engine: Engine, workshop: Bench, foreign: str
    ) -> None:
        client = ClientConfig(host=docker_engine.host)
        step = workshop.step("status")
        for tag, level in (("1", "ok"), ("2", "problem")):
            for builder in (
                PullBuilder(PullConfig(image=foreign, tag=tag, client_config=client)),
                RefBuilder(RefConfig(image=foreign, tag=tag)),
            ):
                assert list(builder.examine(step))[-1].level == level
        (planned,) = RefBuilder(RefConfig(image=foreign, tag="1")).plan(None, step)
        assert (planned.action, planned.name) == ("keep", f"{foreign}:1")
        (planned,) = PullBuilder(PullConfig(image=foreign, tag="1", client_config=client)).plan(None, step)
        assert planned.detail.startswith("pulled as sha256:")
