"""The registry `docker` on real engines and registries: tags, logins, what is left behind, what doctor and plan say."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from milepost.sdk import Artifact, ArtifactGoneError, OperationError
from milepost.sdk.errors import CancelledError
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.engine.config import Auth, ClientConfig
from milepost_docker.image import image_of, inspected
from milepost_docker.login import credential
from milepost_docker.reference import parse
from milepost_docker.registry.account import Account
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.config import DockerRegistryConfig
from milepost_docker.registry.registry import DockerRegistry
from tests.engines.docker import Engine
from tests.engines.registries import Registry

from .laying import CANARY, foreign_certificate, laid_image, layer_of, nobody, of_registry
from .telling import Says, TellsServer

Configured = Callable[..., DockerRegistryConfig]


def push(config: DockerRegistryConfig, artifact: Artifact, step: FakeStep) -> Artifact:
    return DockerRegistry(config).push(artifact, step)


def tags(registry: Registry, repository: str, bench: Bench) -> set[str]:
    with RegistryClient(nobody(registry.host), bench.step("status")) as client:
        return set(client.tags(repository))


def test_what_the_engine_pushed_is_pulled_by_digest(
    engine: Engine, open_registry: Registry, mark: str, bench: Bench
) -> None:
    name = f"milepost/{mark}:1"
    engine.docker("import", "--change", f"LABEL test.milepost.registry={mark}", "-", name, stdin=layer_of("both"))
    answer = json.loads(engine.docker("image", "inspect", name))[0]
    built = inspected(parse(name), answer, engine.host).artifact()
    config = DockerRegistryConfig(image=f"{open_registry.host}/{mark}", client_config=ClientConfig(host=engine.host))
    step = bench.step("push")
    pushed = push(config, built, step)
    try:
        assert not pushed.provisional
        assert pushed.reference == f"{open_registry.host}/{mark}@{pushed.digest}"
        assert pushed.details["tag"] == built.details["tag"]
        assert pushed.details["architecture"] == built.details["architecture"]
        assert "Pushed" in " ".join(step.noted("output"))
        # The names of the image are those of before.
        assert json.loads(engine.docker("image", "inspect", name))[0]["RepoTags"] == [name]
        engine.docker("image", "rm", name)
        engine.docker("pull", "--quiet", pushed.reference)
    finally:
        engine.remove(f"test.milepost.registry={mark}")


def test_all_tags_are_put_on_what_an_engine_pushes(
    configured: Configured, make_image: Callable[[str], Artifact], open_registry: Registry, mark: str, bench: Bench
) -> None:
    pushed = push(configured(tag="1.0", tags=("latest", "stable")), make_image("tags"), bench.step("push"))
    assert pushed.details["tag"] == "1.0"
    assert tags(open_registry, mark, bench) == {"1.0", "latest", "stable"}


def test_an_image_of_elsewhere_gets_a_tag_of_the_push_where_the_file_names_none(
    configured: Configured, open_registry: Registry, mark: str, bench: Bench
) -> None:
    digest = laid_image(open_registry, f"{mark}/other", bench, tag="1.36")
    step = bench.step("push")
    pushed = push(configured(), of_registry(open_registry.host, f"{mark}/other", digest, "1.36"), step)
    assert (pushed.digest, pushed.details["tag"]) == (digest, step.facts.operation.lower())
    assert tags(open_registry, mark, bench) == {step.facts.operation.lower()}


def test_no_login_is_in_what_is_run_shown_or_kept(
    guarded: Configured, make_image: Callable[[str], Artifact], registry_with_password: Registry, bench: Bench
) -> None:
    step = bench.step("push")
    registry = DockerRegistry(guarded(tag="1"))
    pushed = registry.push(make_image("secret"), step)
    access = registry.pull_access(pushed, bench.step("deploy"))
    assert access is not None
    assert (access.reference, access.username) == (pushed.reference, registry_with_password.user)
    password = registry_with_password.password
    encoded = base64.b64encode(f"{registry_with_password.user}:{password}".encode()).decode()
    for each in (step.everything(), repr(pushed), repr(access), str(access)):
        assert password not in each
        assert encoded not in each
    assert password in step.noted("mask")
    assert step.commands == []


@pytest.mark.parametrize("how", ["password", "encoded_auth", "auth", "empty auth", "no block"])
def test_every_way_to_log_in_is_known(
    guarded: Configured, registry_with_password: Registry, bench: Bench, how: str
) -> None:
    user, password = registry_with_password.user, registry_with_password.password
    document = {"username": user, "password": password}
    none: dict[str, Any] = {"username": None, "password": None}
    words: dict[str, dict[str, Any]] = {
        "password": {"encoded_auth": None},
        "encoded_auth": {
            "encoded_auth": credential(base64.b64encode(json.dumps(document).encode()).decode()),
            "username": "wrong",
            "password": credential("wrong"),
        },
        "auth": {**none, "auth": Auth(username=user, password=credential(password))},
        "empty auth": {**none, "auth": Auth()},
        "no block": none,
    }
    step = bench.step("status")
    known = base64.b64encode(
        f"{user}:{password if 'auth' not in words[how] or how == 'empty auth' else 'old'}".encode()
    )
    config = step.facts.home / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {registry_with_password.host: {"auth": known.decode()}}}))
    found = list(DockerRegistry(guarded(**words[how])).examine(step))
    assert [each.level for each in found] == ["ok", "ok"]
    assert user in found[0].what


def test_a_wrong_password_is_told_by_what_to_type(
    guarded: Configured, make_image: Callable[[str], Artifact], registry_with_password: Registry, bench: Bench
) -> None:
    config, step = guarded(password=credential(CANARY)), bench.step("push")
    with pytest.raises(OperationError, match="does not know this login") as caught:
        push(config, make_image("wrong"), step)
    assert f"docker login {registry_with_password.host}" in caught.value.hint
    assert CANARY not in step.everything() + str(caught.value)
    found = list(DockerRegistry(config).examine(bench.step("status")))
    assert [each.level for each in found] == ["problem"]
    assert "docker login" in found[0].hint


def test_a_registry_that_is_down_is_named_by_push_plan_and_doctor(
    configured: Configured, make_image: Callable[[str], Artifact], bench: Bench
) -> None:
    config = configured(image="127.0.0.1:1/shop", retries=0)
    registry = DockerRegistry(config)
    with pytest.raises(OperationError, match=r"nothing listens at the registry 127\.0\.0\.1:1") as caught:
        registry.push(make_image("down"), bench.step("push"))
    assert "connection refused" in "".join(caught.value.__notes__)
    with pytest.raises(OperationError, match="nothing listens"):
        registry.plan(None, bench.step("status"))
    assert [each.level for each in registry.examine(bench.step("status"))] == ["problem"]


def test_a_registry_that_hangs_is_an_error_before_the_engine_waits_for_it(
    configured: Configured, make_image: Callable[[str], Artifact], server: TellsServer, bench: Bench
) -> None:
    server.on("POST", "/v2/shop/blobs/uploads/", Says(hang=True))
    config, step = configured(image=f"{server.host}/shop", timeout=0.3, retries=0), bench.step("push")
    with pytest.raises(OperationError, match="does not answer") as caught:
        push(config, make_image("hangs"), step)
    assert "`timeout`" in caught.value.hint
    assert not [each for each in step.noted("say") if each.startswith("pushing")]


@pytest.fixture
def stuck(server: TellsServer) -> TellsServer:
    """Give a registry that begins an upload for whoever asks first, and then says nothing."""
    begun = Says(202, {"Location": "/v2/shop/blobs/uploads/7"})
    server.on("POST", "/v2/shop/blobs/uploads/", begun, Says(hang=True))
    return server


def names_of(engine: Engine, artifact: Artifact) -> list[str]:
    found: list[str] = json.loads(engine.docker("image", "inspect", artifact.digest))[0]["RepoTags"]
    return found


def test_an_engine_that_waits_for_a_registry_for_ever_is_not_waited_for(
    configured: Configured,
    make_image: Callable[[str], Artifact],
    stuck: TellsServer,
    docker_engine: Engine,
    bench: Bench,
) -> None:
    image, config = make_image("stuck"), configured(image=f"{stuck.host}/shop", timeout=0.3, retries=0)
    with pytest.raises(OperationError, match="has not said anything for 3 s") as caught:
        push(config, image, bench.step("push"))
    assert "does the registry hang?" in caught.value.hint
    assert names_of(docker_engine, image) == [image.reference]


def test_a_push_that_is_cancelled_leaves_no_name_on_the_engine(
    configured: Configured,
    make_image: Callable[[str], Artifact],
    stuck: TellsServer,
    docker_engine: Engine,
    bench: Bench,
) -> None:
    image, config, step = make_image("cancelled"), configured(image=f"{stuck.host}/shop"), bench.step("push")
    ask = threading.Timer(1, step.cancel.ask, ["the test said so"])
    ask.start()
    with pytest.raises(CancelledError):
        push(config, image, step)
    ask.join()
    assert names_of(docker_engine, image) == [image.reference]


def test_a_registry_that_only_the_engine_reaches_is_pushed_to(
    make_image: Callable[[str], Artifact], docker_engine: Engine, registry_with_password: Registry, bench: Bench
) -> None:
    # This machine has the certificate of somebody else; the engine does not look at it on loopback.
    other = bench.source / "other.crt"
    foreign_certificate(bench.source, "other.crt")
    config = DockerRegistryConfig(
        image=f"{registry_with_password.host}/engine-only",
        ca=str(other),
        username=registry_with_password.user,
        password=credential(registry_with_password.password),
        client_config=ClientConfig(host=docker_engine.host),
    )
    step = bench.step("push")
    pushed = push(config, make_image("far"), step)
    assert pushed.digest.startswith("sha256:")
    assert not pushed.provisional
    assert any("cannot be looked at from here" in each for each in step.noted("say"))


def test_an_image_of_another_engine_is_told_from_one_that_is_gone(
    configured: Configured, make_image: Callable[[str], Artifact], docker_engine: Engine, bench: Bench
) -> None:
    image = image_of(make_image("moved"))
    docker_engine.docker("image", "rm", image.digest)
    with pytest.raises(ArtifactGoneError) as gone:
        push(configured(), image.artifact(), bench.step("push"))
    assert "milepost up" in gone.value.hint
    elsewhere = replace(image, engine="ssh://build.example.com").artifact()
    with pytest.raises(ArtifactGoneError) as other:
        push(configured(), elsewhere, bench.step("push"))
    assert "ssh://build.example.com" in other.value.hint


def test_two_pushes_of_one_tag_at_once_each_push_their_own_image(
    configured: Configured, make_image: Callable[[str], Artifact], bench: Bench
) -> None:
    images = [make_image("one"), make_image("two")]
    config, steps = configured(tag="same"), [bench.step("push"), bench.step("push")]
    with ThreadPoolExecutor(2) as pool:
        pushed = list(pool.map(partial(push, config), images, steps))
    with Account(config, steps[0]).client(config.place.server) as registry:
        for image, artifact in zip(images, pushed, strict=True):
            manifest = registry.manifest(config.place.path, artifact.digest)
            assert manifest is not None
            assert manifest.config is not None
            # With containerd's store, an engine's id of an image is its digest; else it is that of its config.
            assert image.digest in (manifest.config.digest, manifest.digest)


def test_what_is_of_another_registry_or_for_everybody_needs_no_access_to_be_pulled(
    configured: Configured, guarded: Configured, open_registry: Registry, mark: str, bench: Bench
) -> None:
    artifact = of_registry(open_registry.host, mark, f"sha256:{'a' * 64}")
    assert DockerRegistry(configured()).pull_access(artifact, bench.step("deploy")) is None
    assert DockerRegistry(guarded()).pull_access(artifact, bench.step("deploy")) is None


def test_access_names_a_tag_of_the_operation_where_the_file_names_none(configured: Configured, bench: Bench) -> None:
    config, step = configured(), bench.step("build")
    access = DockerRegistry(config).access(step)
    assert access.reference == f"{config.image}:{step.facts.operation.lower()}"
    assert DockerRegistry(configured(tag="1.0")).access(step).reference == f"{config.image}:1.0"


def test_access_is_refused_before_a_build_where_the_registry_takes_no_push(server: TellsServer, bench: Bench) -> None:
    server.on("POST", "/v2/shop/blobs/uploads/", Says(403))
    role = DockerRegistry(DockerRegistryConfig(image=f"{server.host}/shop", insecure=True))
    with pytest.raises(OperationError, match=r"cannot push to .*/shop: .* answers 403") as caught:
        role.access(bench.step("build"))
    assert "docker login" in caught.value.hint
