"""Plugins that are wrong in one way each: pytest collects this only as the copy that a test makes of it."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from typing import ClassVar

import pytest
from msgspec import structs

from milepost.sdk.deployment import HTTP_ENDPOINT, Deployment, Endpoint, Health, Release
from milepost.sdk.errors import CancelledError, NotReadyError, OperationError
from milepost.sdk.secret import reveal
from milepost.testing.contracts.builder import BuilderContract
from milepost.testing.contracts.platform import PlatformContract
from milepost.testing.contracts.registry import RegistryContract
from milepost.testing.contracts.releaser import ReleaserContract
from milepost.testing.fakes import plugin
from milepost.testing.fakes.builder import FakeBuilder, FakeBuilderConfig, FakeRegistry, FakeRegistryConfig
from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig, FakePlatformState, leftovers
from milepost.testing.fakes.releaser import FakeReleaser, FakeReleaserConfig
from milepost.testing.fakes.world import World


def built(bench):
    (bench.source / "index.html").write_text("hello")
    return FakeBuilder(FakeBuilderConfig()).build(bench.step("build"))


class OfPlatform(PlatformContract):
    Made = FakePlatform
    parks = True

    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_platform("fake"), load=lambda: self.Made, parks=self.parks)

    @pytest.fixture
    def config(self):
        return FakePlatformConfig()

    @pytest.fixture
    def failing(self):
        return FakePlatformConfig(fail="ready")

    @pytest.fixture
    def endless(self):
        return FakePlatformConfig(hang="ready")

    @pytest.fixture
    def artifact(self, bench):
        return built(bench)

    @pytest.fixture
    def remains(self, bench):
        return lambda: leftovers(bench.data)


class TestNoEvidence(OfPlatform):
    class Made(FakePlatform):
        def ready(self, key, step):
            if self.config.fail:
                raise NotReadyError("no reason is kept")
            return super().ready(key, step)


class TestNothingIntended(OfPlatform):
    class Made(FakePlatform):
        def deploy(self, artifact, step):
            key = step.key("object")
            self._make(artifact, step, key, running=True)
            step.save(FakePlatformState(key=key))
            return self.ready(key, step)


class TestDestroyOnce(OfPlatform):
    class Made(FakePlatform):
        def destroy(self, recorded, step):
            with World(step.facts.data).change() as world:
                del world["deployments"][recorded.state.key]


class TestDestroyByStateOnly(OfPlatform):
    class Made(FakePlatform):
        def destroy(self, recorded, step):
            if recorded.state:
                super().destroy(recorded, step)


class TestLostIsDown(OfPlatform):
    class Made(FakePlatform):
        def status(self, recorded, step):
            found = super().status(recorded, step)
            return Health(name="down") if found.name == "missing" else found


class TestSwallowsCancel(OfPlatform):
    class Made(FakePlatform):
        def deploy(self, artifact, step):
            try:
                step.check()
                step.sleep(0)
            except CancelledError:
                step.say("not now")
            return Deployment()


class TestCancelIsNotReady(OfPlatform):
    class Made(FakePlatform):
        def ready(self, key, step):
            try:
                return super().ready(key, step)
            except CancelledError as error:
                raise NotReadyError("it took too long") from error


class TestSaysSecret(OfPlatform):
    class Made(FakePlatform):
        def deploy(self, artifact, step):
            step.say("PASSWORD=" + reveal(step.facts.env["PASSWORD"]))
            return super().deploy(artifact, step)


class TestOffersTooMuch(OfPlatform):
    parks = False


class TestStartsTooEarly(OfPlatform):
    class Made(FakePlatform):
        def deploy(self, artifact, step):
            step.facts = structs.replace(step.facts, strategy="blue-green")
            return super().deploy(artifact, step)


class TestTaskAlwaysWorks(OfPlatform):
    class Made(FakePlatform):
        def run_task(self, task, artifact, step):
            step.output(" ".join(task.command))


class OfReleaser(ReleaserContract):
    lacks: ClassVar = {"traffic": "the fake has none"}
    Made = FakeReleaser

    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_releaser("fake"), load=lambda: self.Made)

    @pytest.fixture
    def config(self):
        return FakeReleaserConfig()

    @pytest.fixture
    def endpoints(self):
        return lambda operation: (Endpoint(kind=HTTP_ENDPOINT, address="http://127.0.0.1:9"),)


class TestNoCompare(OfReleaser):
    class Made(FakeReleaser):
        def release(self, deployment, previous, step):
            return super().release(deployment, self.current(step), step)


class TestUrlMoves(OfReleaser):
    class Made(FakeReleaser):
        def release(self, deployment, previous, step):
            super().release(deployment, previous, step)
            return Release(urls=(f"http://{deployment.operation}.fake",))


class TestOneRouteForAll(OfReleaser):
    class Made(FakeReleaser):
        def release(self, deployment, previous, step):
            step.facts = structs.replace(step.facts, app="all")
            return super().release(deployment, previous, step)

        def current(self, step):
            step.facts = structs.replace(step.facts, app="all")
            return super().current(step)


class TestDestroyKeepsRoute(OfReleaser):
    class Made(FakeReleaser):
        def destroy(self, recorded, step):
            pass


class OfBuilder(BuilderContract):
    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_builder("fake"), load=lambda: self.Made)

    @pytest.fixture
    def config(self):
        return FakeBuilderConfig()

    @pytest.fixture
    def failing(self):
        return FakeBuilderConfig(fail="build")


class TestTimeIsContent(OfBuilder):
    class Made(FakeBuilder):
        def build(self, step):
            built = super().build(step)
            return structs.replace(built, digest=f"sha256:{time.time_ns()}")


class TestMtimeIsContent(OfBuilder):
    class Made(FakeBuilder):
        def build(self, step):
            built = super().build(step)
            newest = min(path.stat().st_mtime_ns for path in step.facts.source.rglob("*.html"))
            return structs.replace(built, digest=f"{built.digest}{newest}")


class TestWritesIntoTheSource(OfBuilder):
    class Made(FakeBuilder):
        def build(self, step):
            built = super().build(step)
            (step.facts.source / "build.log").write_text("built")
            return built


class TestBugAsFailure(OfBuilder):
    class Made(FakeBuilder):
        def build(self, step):
            try:
                return super().build(step)
            except OperationError as error:
                raise ValueError("failed") from error


class OfRegistry(RegistryContract):
    lacks: ClassVar = {"grants": "its folders are open to everybody"}

    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_registry("fake"), load=lambda: self.Made)

    @pytest.fixture
    def config(self):
        return FakeRegistryConfig()

    @pytest.fixture
    def elsewhere(self):
        return FakeRegistryConfig(name="elsewhere")

    @pytest.fixture
    def artifact(self, bench):
        return built(bench)

    @pytest.fixture
    def lose(self):
        return lambda artifact: shutil.rmtree(artifact.reference)


class TestOtherDigest(OfRegistry):
    class Made(FakeRegistry):
        def push(self, artifact, step):
            return structs.replace(super().push(artifact, step), digest="sha256:0")


class TestCopyIsALink(OfRegistry):
    class Made(FakeRegistry):
        def copy_from(self, artifact, step):
            return artifact


class TestLacksSilently(OfRegistry):
    class Made:
        def __init__(self, config):
            self.fake = FakeRegistry(config)

        def push(self, artifact, step):
            return self.fake.push(artifact, step)
