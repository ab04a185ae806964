"""The contracts catch what they are for: plugins that are wrong in one way each fail the test about it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from milepost.testing.project import write_files

WRONG = """
import time
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from milepost.sdk.artifact import Artifact
from milepost.sdk.config import PluginState
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
    made = FakePlatform
    parks = True

    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_platform("fake"), load=lambda: self.made, parks=self.parks)

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
    class made(FakePlatform):
        def ready(self, key, step):
            if self.config.fail:
                raise NotReadyError("no reason is kept")
            return super().ready(key, step)


class TestNothingIntended(OfPlatform):
    class made(FakePlatform):
        def deploy(self, artifact, step):
            key = step.key("object")
            self._make(artifact, step, key, running=True)
            step.save(FakePlatformState(key=key))
            return self.ready(key, step)


class TestDestroyOnce(OfPlatform):
    class made(FakePlatform):
        def destroy(self, recorded, step):
            with World(step.facts.data).change() as world:
                del world["deployments"][recorded.state.key]


class TestDestroyByStateOnly(OfPlatform):
    class made(FakePlatform):
        def destroy(self, recorded, step):
            if recorded.state:
                super().destroy(recorded, step)


class TestLostIsDown(OfPlatform):
    class made(FakePlatform):
        def status(self, recorded, step):
            found = super().status(recorded, step)
            return Health(name="down") if found.name == "missing" else found


class TestSwallowsCancel(OfPlatform):
    class made(FakePlatform):
        def deploy(self, artifact, step):
            try:
                step.check()
                step.sleep(0)
            except CancelledError:
                step.say("not now")
            key = step.key("object")
            return Deployment()


class TestCancelIsNotReady(OfPlatform):
    class made(FakePlatform):
        def ready(self, key, step):
            try:
                return super().ready(key, step)
            except CancelledError as error:
                raise NotReadyError("it took too long") from error


class TestSaysSecret(OfPlatform):
    class made(FakePlatform):
        def deploy(self, artifact, step):
            step.say("PASSWORD=" + reveal(step.facts.env["PASSWORD"]))
            return super().deploy(artifact, step)


class TestOffersTooMuch(OfPlatform):
    parks = False


class TestStartsTooEarly(OfPlatform):
    class made(FakePlatform):
        def deploy(self, artifact, step):
            step.facts = structs.replace(step.facts, strategy="blue-green")
            return super().deploy(artifact, step)


class TestTaskAlwaysWorks(OfPlatform):
    class made(FakePlatform):
        def run_task(self, task, artifact, step):
            step.output(" ".join(task.command))


class TestFindsAll(OfPlatform):
    class made(FakePlatform):
        def find(self, labels, step):
            return super().find({}, step)


class OfReleaser(ReleaserContract):
    lacks = {"traffic": "the fake has none"}
    made = FakeReleaser

    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_releaser("fake"), load=lambda: self.made)

    @pytest.fixture
    def config(self):
        return FakeReleaserConfig()

    @pytest.fixture
    def endpoints(self):
        return lambda operation: (Endpoint(kind=HTTP_ENDPOINT, address="http://127.0.0.1:9"),)


class TestNoCompare(OfReleaser):
    class made(FakeReleaser):
        def release(self, deployment, previous, step):
            return super().release(deployment, self.current(step), step)


class TestUrlMoves(OfReleaser):
    class made(FakeReleaser):
        def release(self, deployment, previous, step):
            super().release(deployment, previous, step)
            return Release(urls=(f"http://{deployment.operation}.fake",))


class TestOneRouteForAll(OfReleaser):
    class made(FakeReleaser):
        def release(self, deployment, previous, step):
            step.facts = structs.replace(step.facts, app="all")
            return super().release(deployment, previous, step)

        def current(self, step):
            step.facts = structs.replace(step.facts, app="all")
            return super().current(step)


class TestDestroyKeepsRoute(OfReleaser):
    class made(FakeReleaser):
        def destroy(self, recorded, step):
            pass


class OfBuilder(BuilderContract):
    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_builder("fake"), load=lambda: self.made)

    @pytest.fixture
    def config(self):
        return FakeBuilderConfig()

    @pytest.fixture
    def failing(self):
        return FakeBuilderConfig(fail="build")


class TestTimeIsContent(OfBuilder):
    class made(FakeBuilder):
        def build(self, step):
            built = super().build(step)
            return structs.replace(built, digest=f"sha256:{time.time_ns()}")


class TestMtimeIsContent(OfBuilder):
    class made(FakeBuilder):
        def build(self, step):
            built = super().build(step)
            newest = min(path.stat().st_mtime_ns for path in step.facts.source.rglob("*.html"))
            return structs.replace(built, digest=f"{built.digest}{newest}")


class TestWritesIntoTheSource(OfBuilder):
    class made(FakeBuilder):
        def build(self, step):
            built = super().build(step)
            (step.facts.source / "build.log").write_text("built")
            return built


class TestBugAsFailure(OfBuilder):
    class made(FakeBuilder):
        def build(self, step):
            try:
                return super().build(step)
            except OperationError as error:
                raise ValueError("failed") from error


class OfRegistry(RegistryContract):
    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_registry("fake"), load=lambda: self.made)

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
        import shutil

        return lambda artifact: shutil.rmtree(artifact.reference)


class TestOtherDigest(OfRegistry):
    class made(FakeRegistry):
        def push(self, artifact, step):
            return structs.replace(super().push(artifact, step), digest="sha256:0")


class TestCopyIsALink(OfRegistry):
    class made(FakeRegistry):
        def copy_from(self, artifact, step):
            return artifact


class TestLacksSilently(OfRegistry):
    class made:
        def __init__(self, config):
            self.fake = FakeRegistry(config)

        def push(self, artifact, step):
            return self.fake.push(artifact, step)
"""

CAUGHT = {
    "NoEvidence": "a_failed_deploy_leaves_evidence_and_after_destroy_nothing",
    "NothingIntended": "what_is_saved_is_enough_to_find_it_again",
    "DestroyOnce": "destroy_removes_all_and_a_second_one_is_no_error",
    "DestroyByStateOnly": "a_deploy_that_died_at_any_point_can_be_destroyed",
    "LostIsDown": "a_lost_deployment_is_missing_and_can_be_destroyed",
    "SwallowsCancel": "a_deploy_cancelled_at_any_point_can_be_destroyed",
    "CancelIsNotReady": "a_cancel_ends_the_wait_for_readiness",
    "SaysSecret": "a_secret_is_in_nothing_that_is_shown_or_kept",
    "OffersTooMuch": "the_offer_is_sound_and_says_what_the_class_can_do",
    "StartsTooEarly": "a_deploy_that_starts_at_release_only_prepares[stop-first]",
    "TaskAlwaysWorks": "a_task_runs_to_its_end_and_its_failure_is_told",
    "FindsAll": "find_returns_what_carries_the_labels_and_no_more",
    "NoCompare": "a_wrong_claim_of_what_is_live_changes_nothing[nothing]",
    "UrlMoves": "a_release_takes_over_from_the_one_before",
    "OneRouteForAll": "another_app_workspace_or_project_has_a_route_of_its_own[other0]",
    "DestroyKeepsRoute": "destroy_closes_the_app_and_a_second_one_is_no_error",
    "TimeIsContent": "the_same_content_has_the_same_digest",
    "MtimeIsContent": "times_and_places_are_no_content",
    "WritesIntoTheSource": "the_folder_of_the_app_is_only_read",
    "BugAsFailure": "a_build_that_fails_says_so_as_an_error_of_the_operation",
    "OtherDigest": "what_was_pushed_is_the_same_artifact",
    "CopyIsALink": "a_copy_outlives_what_it_was_copied_from",
    "LacksSilently": "a_pushed_artifact_is_there_until_it_is_deleted",
}
"""Which test, of all, each wrong plugin must fail."""


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The tests that failed, as `Class::test`."""
    folder = write_files(tmp_path_factory.mktemp("wrong"), {"test_wrong.py": WRONG, "pytest.ini": "[pytest]\n"})
    chosen = [f"test_wrong.py::Test{wrong}::test_{test}" for wrong, test in CAUGHT.items()]
    argv = (sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly")
    done = subprocess.run((*argv, *chosen), cwd=folder, capture_output=True, text=True, check=False)
    lines = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert lines, done.stdout + done.stderr
    return {line.partition("::")[2] for line in lines}


@pytest.mark.parametrize("wrong", sorted(CAUGHT))
def test_a_plugin_that_is_wrong_fails_the_test_about_it(failures: set[str], wrong: str) -> None:
    assert f"Test{wrong}::test_{CAUGHT[wrong]}" in failures
