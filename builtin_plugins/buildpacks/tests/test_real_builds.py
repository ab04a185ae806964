"""Builds by the real `pack`, with a builder made on the spot."""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from milepost.sdk import OperationError
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.errors import CancelledError
from milepost.sdk.secret import Part, Secret
from milepost.testing.bench import Bench
from milepost.testing.project import write_files
from milepost.testing.step import FakeStep
from milepost_buildpacks.builder import BuildpacksBuilder
from milepost_buildpacks.config import BuildpacksConfig
from tests.engines.buildpacks import Buildpacks
from tests.engines.docker import Engine
from tests.engines.registries import Registry

PAGES = {"index.html": "<p>hello</p>\n"}
PATIENCE = 60.0


@pytest.fixture
def config(buildpacks: Buildpacks, cache: str) -> BuildpacksConfig:
    own = f"volume:{cache}"
    return BuildpacksConfig(
        builder=buildpacks.builder, trust_builder=True, pull_policy="if-not-present", cache=own, launch_cache=own
    )


def test_an_image_goes_straight_into_the_registry_and_the_same_files_make_the_same_one(
    bench: Bench, config: BuildpacksConfig, access: RegistryAccess, docker_engine: Engine
) -> None:
    write_files(bench.source, PAGES)
    first = BuildpacksBuilder(config).build(bench.step("build", registry=access))
    step = bench.step("build", registry=access)
    again = BuildpacksBuilder(config).build(step)
    assert first.digest == again.digest
    assert step.noted("say") == [f"the same image as that of the last build: {first.digest}"]
    assert first.details["buildpacks"] == [{"id": "test/pages", "version": "1.2.3"}]
    assert [each["type"] for each in first.details["processes"]] == ["web", "worker"]
    assert first.details["sbom"]["formats"] == ["cyclonedx"]
    request = urllib.request.Request(
        f"http://{access.server}/v2/shop/web/manifests/{first.digest}",
        headers={
            "Accept": "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"
        },
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Docker-Content-Digest"] == first.digest
    assert docker_engine.docker("image", "ls", "--quiet", first.details["image"]) == ""


def test_a_registry_with_a_password_gets_the_image_and_nobody_sees_the_password(
    bench: Bench, config: BuildpacksConfig, buildpacks: Buildpacks, registry_with_password: Registry
) -> None:
    guarded = registry_with_password
    password = Secret([Part(guarded.password, "var.password")])
    access = RegistryAccess(
        reference=f"{guarded.host}/shop/web:1",
        server=guarded.host,
        username=guarded.user,
        password=password,
        insecure=True,
    )
    write_files(bench.source, PAGES)
    step = bench.step("build", registry=access)
    built = BuildpacksBuilder(config).build(step)
    assert built.reference.startswith(f"{guarded.host}/shop/web@sha256:")
    assert guarded.password not in step.everything()


def test_variables_reach_the_buildpacks_and_ignored_files_do_not(
    bench: Bench, config: BuildpacksConfig, access: RegistryAccess, docker_engine: Engine
) -> None:
    write_files(bench.source, {**PAGES, "secret.txt": "x", "kept.txt": "y"})
    own = bench.source / ".milepost"
    write_files(own, {"state": "z"})
    told = msgspec.structs.replace(config, ignore=["secret*"], env={"GREETING": "good day"})
    step = bench.step("build", registry=access, own=(own,))
    built = BuildpacksBuilder(told).build(step)
    assert "building with good day" in step.noted("output")
    shown = docker_engine.docker(
        "run", "--rm", "--entrypoint=/bin/cat", built.reference, "/layers/test_pages/content/listing"
    )
    docker_engine.docker("image", "rm", built.reference)
    assert shown.split() == ["index.html", "kept.txt"]


def test_a_failed_build_shows_what_the_buildpack_said(
    bench: Bench, config: BuildpacksConfig, access: RegistryAccess
) -> None:
    write_files(bench.source, {**PAGES, "fail": ""})
    step = bench.step("build", registry=access)
    with pytest.raises(OperationError, match="was not built"):
        BuildpacksBuilder(config).build(step)
    assert "this app is not to be built" in step.noted("output")


def test_an_old_engine_without_a_registry_is_told_what_to_do(bench: Bench, config: BuildpacksConfig) -> None:
    write_files(bench.source, PAGES)
    with pytest.raises(OperationError) as caught:
        BuildpacksBuilder(config).build(bench.step("build"))
    assert "add a registry" in caught.value.hint


def test_a_cancelled_build_leaves_no_container(
    bench: Bench, config: BuildpacksConfig, access: RegistryAccess, docker_engine: Engine, cache: str
) -> None:
    write_files(bench.source, {**PAGES, "wait": ""})
    step = bench.step("build", registry=access)
    with when_waiting(step, lambda: step.cancel.ask("the test said so")), pytest.raises(CancelledError):
        BuildpacksBuilder(config).build(step)
    assert containers(docker_engine, cache) == []


def test_what_a_killed_build_has_left_is_removed_by_the_next_one(
    bench: Bench, config: BuildpacksConfig, access: RegistryAccess, docker_engine: Engine, cache: str
) -> None:
    write_files(bench.source, {**PAGES, "wait": ""})
    step = bench.step("build", registry=access)
    with when_waiting(step, lambda: os.killpg(next(iter(step.running)), 9)), pytest.raises(OperationError):
        BuildpacksBuilder(config).build(step)
    (left,) = containers(docker_engine, cache)
    (bench.source / "wait").unlink()
    BuildpacksBuilder(config).build(bench.step("build", registry=access))
    assert containers(docker_engine, cache) == []
    assert left not in docker_engine.docker("ps", "--all", "--quiet")


@contextmanager
def when_waiting(step: FakeStep, then: Callable[[], object]) -> Iterator[None]:
    """Do something once the buildpack waits."""

    def watch() -> None:
        deadline = time.monotonic() + PATIENCE
        while "waiting" not in step.noted("output") and time.monotonic() < deadline:
            time.sleep(0.05)
        then()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        watcher.join()


def containers(engine: Engine, cache: str) -> list[str]:
    """Return the containers of builds with that cache."""
    return engine.docker("ps", "--all", "--quiet", "--filter", f"volume={cache}").split()
