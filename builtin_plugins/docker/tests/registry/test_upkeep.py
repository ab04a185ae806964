"""What becomes of images later: deleted, kept, planned, and what doctor says of their registry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.sdk import Artifact, OperationError
from milepost.testing.bench import Bench
from milepost_docker.engine.config import ClientConfig
from milepost_docker.registry.config import DockerRegistryConfig
from milepost_docker.registry.local import LocalTags
from milepost_docker.registry.pushing import knows_insecure
from milepost_docker.registry.registry import DockerRegistry
from tests.engines.docker import Engine
from tests.engines.registries import Registry

from .laying import laid_image, of_registry
from .telling import Says, TellsServer

Configured = Callable[..., DockerRegistryConfig]


def test_an_image_that_carries_a_tag_of_somebody_else_is_kept(
    configured: Configured, open_registry: Registry, mark: str, bench: Bench
) -> None:
    digest = laid_image(open_registry, mark, bench, tag="theirs")
    registry = DockerRegistry(configured(tag="1", tags=("latest",)))
    pushed = registry.push(of_registry(open_registry.host, mark, digest), bench.step("push"))
    step = bench.step("destroy")
    with pytest.raises(OperationError, match="the tag theirs"):
        registry.delete(pushed, step)
    assert registry.exists(pushed, step)


def test_an_image_that_somebody_else_has_named_stays_on_the_engine(
    configured: Configured, make_image: Callable[[str], Artifact], docker_engine: Engine, mark: str, bench: Bench
) -> None:
    local = LocalTags(configured(local=True))
    pushed = local.push(make_image("named"), bench.step("push"))
    docker_engine.docker("tag", pushed.digest, f"theirs/{mark}:1")
    with pytest.raises(OperationError, match=f"theirs/{mark}:1"):
        local.delete(pushed, bench.step("destroy"))
    assert local.exists(pushed, bench.step("status"))


def test_tags_of_earlier_builds_of_the_same_content_do_not_keep_it(
    configured: Configured, open_registry: Registry, mark: str, bench: Bench
) -> None:
    digest = laid_image(open_registry, mark, bench, tag="01hzy8f1w7m7vq2d3e4f5g6h7j")
    registry = DockerRegistry(configured())
    pushed = registry.push(of_registry(open_registry.host, mark, digest), bench.step("push"))
    registry.delete(pushed, bench.step("destroy"))
    assert not registry.exists(pushed, bench.step("status"))


def test_a_registry_that_deletes_nothing_is_an_error_that_says_so(server: TellsServer, bench: Bench) -> None:
    digest = f"sha256:{'a' * 64}"
    server.on("GET", "/v2/shop/tags/list.*", Says(body=b'{"tags": []}'))
    said = b'{"errors": [{"code": "UNSUPPORTED", "message": "The operation is unsupported."}]}'
    server.on("DELETE", f"/v2/shop/manifests/{digest}", Says(405, body=said))
    registry = DockerRegistry(DockerRegistryConfig(image=f"{server.host}/shop"))
    with pytest.raises(OperationError, match="does not allow that") as caught:
        registry.delete(of_registry(server.host, "shop", digest), bench.step("destroy"))
    assert "keep_images" in caught.value.hint


def test_a_repository_that_takes_nothing_is_a_problem_for_doctor(server: TellsServer, bench: Bench) -> None:
    server.on("POST", "/v2/shop/blobs/uploads/", Says(403))
    registry = DockerRegistry(DockerRegistryConfig(image=f"{server.host}/shop"))
    found = list(registry.examine(bench.step("status")))
    assert [each.level for each in found] == ["ok", "problem"]
    assert "push to" in found[1].what


def test_doctor_leaves_no_upload_begun(server: TellsServer, bench: Bench) -> None:
    server.on("POST", "/v2/shop/blobs/uploads/", Says(202, {"Location": "/v2/shop/blobs/uploads/7?s=1"}))
    server.on("DELETE", r"/v2/shop/blobs/uploads/7\?s=1", Says(204))
    registry = DockerRegistry(DockerRegistryConfig(image=f"{server.host}/shop"))
    assert [each.level for each in registry.examine(bench.step("status"))] == ["ok", "ok"]
    assert server.paths("DELETE") == ["/v2/shop/blobs/uploads/7?s=1"]


def test_an_engine_that_does_not_know_a_registry_as_insecure_is_warned_of(docker_engine: Engine, bench: Bench) -> None:
    step, config = bench.step("status"), ClientConfig(host=docker_engine.host)
    assert knows_insecure("registry.example.com:5000", config, step) is False


def test_plan_says_what_becomes_of_each_tag(
    configured: Configured, open_registry: Registry, mark: str, bench: Bench
) -> None:
    digest = laid_image(open_registry, mark, bench, tag="there")
    other = laid_image(open_registry, mark, bench, tag="other", text="b")
    planned = DockerRegistry(configured(tag="there", tags=("other", "new"))).plan(
        of_registry(open_registry.host, mark, digest), bench.step("status")
    )
    assert [(each.action, each.name.rpartition(":")[2]) for each in planned] == [
        ("keep", "there"),
        ("change", "other"),
        ("make", "new"),
    ]
    assert other in planned[1].detail
