# ruff: noqa: D102 - the name of a contract test is its sentence
"""The contract of a platform: whatever becomes of a deploy, the history can tell it and undo it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from milepost.host.plugins.offers import mistake
from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import Executes, LogLine, Logs, Parks, RunsTasks
from milepost.sdk.config import PluginConfig
from milepost.sdk.deployment import Deployment, Recorded
from milepost.sdk.errors import CancelledError, CommandFailedError, OperationError
from milepost.sdk.offer import PlatformOffer
from milepost.sdk.roles import Platform
from milepost.sdk.step import HealthCheck, Task
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import SECRET, each_end, needs
from milepost.testing.contracts.finding import deployed
from milepost.testing.contracts.scaling import ScalingContract
from milepost.testing.step import FakeStep, Stop


class PlatformContract(ScalingContract):
    """Inherit it, and override `offer`, `config`, `artifact`, `remains`, and the configs that fail and never end.

    Capabilities for `lacks`: `beside`, `parks`, `logs`, `exec`, `tasks`, `finds`, `adopts`, `scales`,
    `failing`, `endless`.
    """

    @pytest.fixture
    def offer(self) -> PlatformOffer:
        """Return what the plugin's hook returns."""
        raise NotImplementedError

    @pytest.fixture
    def config(self) -> PluginConfig:
        """Return a config with which a deployment becomes ready."""
        raise NotImplementedError

    @pytest.fixture
    def failing(self) -> PluginConfig:
        """Return a config with which a deployment fails before it is ready."""
        raise NotImplementedError

    @pytest.fixture
    def endless(self) -> PluginConfig:
        """Return a config with which a deployment neither fails nor becomes ready."""
        raise NotImplementedError

    @pytest.fixture
    def artifact(self, bench: Bench) -> Artifact | None:
        """Return what to deploy."""
        raise NotImplementedError

    @pytest.fixture
    def remains(self, bench: Bench) -> Callable[[], list[str]]:
        """Return what lists all objects outside (folders, processes, containers) that deploys have left."""
        raise NotImplementedError

    @pytest.fixture
    def lose(self, platform: Platform, bench: Bench) -> Callable[[Recorded[Any]], None]:
        """Return what makes a deployment vanish behind the history's back; here, another hand destroys it."""
        return lambda recorded: platform.destroy(recorded, bench.step("destroy"))

    @pytest.fixture
    def platform(self, offer: PlatformOffer, config: PluginConfig) -> Platform:
        """Return the platform, made as the host makes it."""
        return offer.load()(config)

    @pytest.fixture(autouse=True)
    def _tidy(self, platform: Platform, bench: Bench) -> Iterator[None]:
        """Leave nothing running, whatever a test did."""
        yield
        for step in [each for each in bench.steps if each.facts.stage == "deploy"]:
            platform.destroy(step.recorded(), bench.step("destroy"))

    def test_the_offer_is_sound_and_says_what_the_class_can_do(self, offer: PlatformOffer, platform: Platform) -> None:
        assert mistake("platform", offer) == ""
        assert offer.parks == isinstance(platform, Parks)

    def test_a_deployment_is_ready_and_exposes_what_the_offer_says(
        self, offer: PlatformOffer, config: PluginConfig, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        recorded = deployed(platform, artifact, bench.step("deploy"))
        assert platform.status(recorded, bench.step("status")).name == "ready"
        assert recorded.deployment is not None
        assert {each.kind for each in recorded.deployment.endpoints} == set(offer.exposes(config))

    def test_what_is_saved_is_enough_to_find_it_again(
        self, offer: PlatformOffer, config: PluginConfig, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        step = bench.step("deploy")
        recorded = deployed(platform, artifact, step)
        assert isinstance(recorded.state, offer.state)
        assert step.resources, "nothing was intended, so a death in deploy would leave what no record names"
        assert offer.load()(config).status(recorded, bench.step("status")).name == "ready"

    @needs("failing")
    def test_a_failed_deploy_leaves_evidence_and_after_destroy_nothing(
        self,
        offer: PlatformOffer,
        failing: PluginConfig,
        platform: Platform,
        artifact: Artifact | None,
        bench: Bench,
        remains: Callable[[], list[str]],
    ) -> None:
        step = bench.step("deploy", health=HealthCheck(timeout=20))
        with pytest.raises(OperationError):
            offer.load()(failing).deploy(artifact, step)
        assert step.noted("evidence")
        offer.load()(failing).destroy(step.recorded(artifact), bench.step("destroy"))
        assert remains() == []

    @needs("endless")
    def test_a_cancel_ends_the_wait_for_readiness(
        self,
        offer: PlatformOffer,
        endless: PluginConfig,
        platform: Platform,
        artifact: Artifact | None,
        bench: Bench,
    ) -> None:
        step = bench.step("deploy", health=HealthCheck(timeout=30))
        timer = threading.Timer(0.5, step.cancel.ask, ("the test said so",))
        timer.start()
        try:
            with pytest.raises(CancelledError):
                offer.load()(endless).deploy(artifact, step)
        finally:
            timer.cancel()

    def test_a_deploy_cancelled_at_any_point_can_be_destroyed(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        self._end_everywhere("cancel", platform, artifact, bench, remains)

    def test_a_deploy_that_died_at_any_point_can_be_destroyed(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        self._end_everywhere("death", platform, artifact, bench, remains)

    def _end_everywhere(
        self, how: Any, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        """End a deploy at each of its points, and destroy with what was recorded until then."""

        def begin(stop: Stop) -> FakeStep:
            return bench.step("deploy", stop=stop)

        ended = 0
        for step in each_end(how, self.points, begin, lambda step: platform.deploy(artifact, step)):
            platform.destroy(step.recorded(artifact), bench.step("destroy"))
            assert remains() == [], f"left after a {how} at: {[each.what for each in step.journal]}"
            ended += 1
        assert ended > 0, "the deploy uses its step for nothing"

    def test_destroy_removes_all_and_a_second_one_is_no_error(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        recorded = deployed(platform, artifact, bench.step("deploy"))
        assert remains() != []
        for _ in range(2):
            platform.destroy(recorded, bench.step("destroy"))
            assert remains() == []
            assert platform.status(recorded, bench.step("status")).name == "missing"

    def test_destroying_what_never_began_is_no_error(
        self, platform: Platform, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        recorded: Recorded[Any] = Recorded(operation=bench.step("deploy").facts.operation)
        platform.destroy(recorded, bench.step("destroy"))
        assert remains() == []

    def test_a_lost_deployment_is_missing_and_can_be_destroyed(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, lose: Callable[[Recorded[Any]], None]
    ) -> None:
        recorded = deployed(platform, artifact, bench.step("deploy"))
        lose(recorded)
        assert platform.status(recorded, bench.step("status")).name == "missing"
        platform.destroy(recorded, bench.step("destroy"))

    @needs("beside")
    def test_two_deployments_stand_beside_each_other(
        self, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        old = deployed(platform, artifact, bench.step("deploy"))
        new = deployed(platform, artifact, bench.step("deploy"))
        platform.destroy(old, bench.step("destroy"))
        assert platform.status(old, bench.step("status")).name == "missing"
        assert platform.status(new, bench.step("status")).name == "ready"

    def test_a_secret_is_in_nothing_that_is_shown_or_kept(
        self, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        recorded = deployed(platform, artifact, bench.step("deploy"))
        platform.status(recorded, bench.step("status"))
        platform.destroy(recorded, bench.step("destroy"))
        assert [step.facts.stage for step in bench.steps if SECRET in step.everything()] == []
        assert SECRET not in repr(recorded)

    @needs("parks")
    def test_a_parked_deployment_starts_again(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        self.able(platform, Parks, "parks")
        assert isinstance(platform, Parks)
        recorded = deployed(platform, artifact, bench.step("deploy"))
        for _ in range(2):
            platform.park(recorded, bench.step("park"))
            assert platform.status(recorded, bench.step("status")).name == "parked"
        platform.unpark(recorded, bench.step("unpark"))
        assert platform.status(recorded, bench.step("status")).name == "ready"
        platform.park(recorded, bench.step("park"))
        platform.destroy(recorded, bench.step("destroy"))
        assert remains() == []

    @needs("parks")
    @pytest.mark.parametrize("strategy", ["start-first", "stop-first"])
    def test_a_deploy_that_starts_at_release_only_prepares(
        self, offer: PlatformOffer, platform: Platform, artifact: Artifact | None, bench: Bench, strategy: str
    ) -> None:
        self.able(platform, Parks, "parks")
        assert isinstance(platform, Parks)
        recorded = deployed(platform, artifact, bench.step("deploy", strategy=strategy))
        assert platform.status(recorded, bench.step("status")).name == "parked"
        started = platform.unpark(recorded, bench.step("unpark", strategy=strategy))
        assert isinstance(started, Deployment)
        assert platform.status(recorded, bench.step("status")).name == "ready"

    @needs("logs")
    def test_logs_are_the_last_lines_that_were_asked_for(
        self, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        self.able(platform, Logs, "logs")
        assert isinstance(platform, Logs)
        recorded = deployed(platform, artifact, bench.step("deploy"))
        lines = list(platform.logs(recorded, bench.step("status"), follow=False, tail=1))
        assert len(lines) <= 1
        assert all(isinstance(each, LogLine) for each in lines)

    @needs("exec")
    def test_exec_returns_the_status_of_the_command(
        self, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        self.able(platform, Executes, "exec")
        assert isinstance(platform, Executes)
        recorded = deployed(platform, artifact, bench.step("deploy"))
        assert platform.exec(recorded, ("sh", "-c", "exit 3"), bench.step("status")) == 3

    @needs("tasks")
    def test_a_task_runs_to_its_end_and_its_failure_is_told(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        self.able(platform, RunsTasks, "tasks")
        assert isinstance(platform, RunsTasks)
        step = bench.step("task")
        platform.run_task(Task(name="greet", command=("echo", "tables are made")), artifact, step)
        assert any("tables are made" in line for line in step.noted("output"))
        with pytest.raises(CommandFailedError):
            platform.run_task(Task(name="fail", command=("false",)), artifact, bench.step("task"))
        assert remains() == []
