# ruff: noqa: D102 - the name of a contract test is its sentence
"""The contract of a releaser: traffic moves by compare-and-swap, and what is live can always be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest

from milepost.host.plugins.offers import mistake
from milepost.sdk.capabilities import AdoptsReleases, Weighs
from milepost.sdk.config import PluginConfig
from milepost.sdk.deployment import Deployment, Endpoint, Recorded, Release
from milepost.sdk.errors import OperationError, TrafficMovedError
from milepost.sdk.offer import ReleaserOffer
from milepost.sdk.roles import Releaser
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import SECRET, Contract, each_end, needs
from milepost.testing.step import FakeStep, Stop

Staged = Callable[[], Recorded[Any]]


class ReleaserContract(Contract):
    """Inherit it, and override `offer`, `config`, `endpoints`, and `ask` (or declare `traffic` as lacking).

    Capabilities for `lacks`: `traffic`, `adopts`, `weighs`.
    """

    @pytest.fixture
    def offer(self) -> ReleaserOffer:
        """Return what the plugin's hook returns."""
        raise NotImplementedError

    @pytest.fixture
    def config(self) -> PluginConfig:
        """Return a config that works on the test's machine."""
        raise NotImplementedError

    @pytest.fixture
    def endpoints(self) -> Callable[[str], tuple[Endpoint, ...]]:
        """Return what starts a deployment's endpoints, given its operation's id, and ends them after the test."""
        raise NotImplementedError

    @pytest.fixture
    def ask(self) -> Callable[[Release], str]:
        """Return what asks a release's best URL, and says which operation's endpoints answered."""
        raise NotImplementedError

    @pytest.fixture
    def releaser(self, offer: ReleaserOffer, config: PluginConfig) -> Releaser:
        """Return the releaser, made as the host makes it."""
        return offer.load()(config)

    @pytest.fixture
    def staged(self, bench: Bench, endpoints: Callable[[str], tuple[Endpoint, ...]]) -> Staged:
        """Return what makes a deployment that can be released."""

        def stage() -> Recorded[Any]:
            step = bench.step("deploy")
            return step.recorded(deployment=Deployment(endpoints=endpoints(step.facts.operation)))

        return stage

    @pytest.fixture(autouse=True)
    def _tidy(self, releaser: Releaser, bench: Bench) -> Iterator[None]:
        """Leave no route and nothing running."""
        yield
        for step in [each for each in bench.steps if each.facts.stage == "release"]:
            releaser.destroy(step.recorded(), _beside(bench, "destroy", step))

    def test_the_offer_is_sound(self, offer: ReleaserOffer) -> None:
        assert mistake("releaser", offer) == ""
        assert offer.accepts

    def test_before_the_first_release_nothing_is_current(self, releaser: Releaser, bench: Bench) -> None:
        assert releaser.current(bench.step("status")) is None

    def test_a_release_is_current_and_ready(
        self, offer: ReleaserOffer, config: PluginConfig, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        first, step = staged(), bench.step("release")
        release = releaser.release(first, None, step)
        again = offer.load()(config)
        assert release.urls
        assert isinstance(step.recorded().state, offer.state)
        assert again.current(bench.step("status")) == first.operation
        assert again.status(step.recorded(), bench.step("status")).name == "ready"

    @needs("adopts")
    def test_what_is_live_can_be_told_again_without_its_record(
        self, offer: ReleaserOffer, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        self.able(releaser, AdoptsReleases, "adopts")
        assert isinstance(releaser, AdoptsReleases)
        first, step = staged(), bench.step("release")
        release = releaser.release(first, None, step)
        again = bench.step("release")
        found = releaser.adopt_release(first.operation, again)
        assert (found.urls, again.recorded().state) == (release.urls, step.recorded().state)
        with pytest.raises(OperationError):
            releaser.adopt_release(bench.step("deploy").facts.operation, bench.step("status"))

    def test_a_release_takes_over_from_the_one_before(self, releaser: Releaser, staged: Staged, bench: Bench) -> None:
        first, second = staged(), staged()
        before = releaser.release(first, None, bench.step("release"))
        after = releaser.release(second, first.operation, bench.step("release"))
        assert releaser.current(bench.step("status")) == second.operation
        assert after.urls == before.urls, "the URL of an app stays"

    @needs("traffic")
    def test_the_traffic_follows_the_release(
        self, releaser: Releaser, staged: Staged, bench: Bench, ask: Callable[[Release], str]
    ) -> None:
        first, second = staged(), staged()
        assert ask(releaser.release(first, None, bench.step("release"))) == first.operation
        assert ask(releaser.release(second, first.operation, bench.step("release"))) == second.operation
        assert ask(releaser.release(first, second.operation, bench.step("release"))) == first.operation

    @pytest.mark.parametrize("claim", ["nothing", "another"])
    def test_a_wrong_claim_of_what_is_live_changes_nothing(
        self, releaser: Releaser, staged: Staged, bench: Bench, claim: str
    ) -> None:
        first, second = staged(), staged()
        releaser.release(first, None, bench.step("release"))
        with pytest.raises(TrafficMovedError):
            releaser.release(second, None if claim == "nothing" else "01TESTANOTHER", bench.step("release"))
        assert releaser.current(bench.step("status")) == first.operation

    def test_a_claim_that_something_is_live_fails_where_nothing_is(
        self, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        with pytest.raises(TrafficMovedError):
            releaser.release(staged(), "01TESTANOTHER", bench.step("release"))
        assert releaser.current(bench.step("status")) is None

    @pytest.mark.parametrize("claim", ["itself", "nothing", "another"])
    def test_releasing_the_live_one_again_is_no_error(
        self, releaser: Releaser, staged: Staged, bench: Bench, claim: str
    ) -> None:
        first = staged()
        before = releaser.release(first, None, bench.step("release"))
        previous = {"itself": first.operation, "nothing": None, "another": "01TESTANOTHER"}[claim]
        assert releaser.release(first, previous, bench.step("release")).urls == before.urls
        assert releaser.current(bench.step("status")) == first.operation

    @pytest.mark.parametrize("other", [{"app": "api"}, {"workspace": "staging"}, {"project": "farm"}])
    def test_another_app_workspace_or_project_has_a_route_of_its_own(
        self, releaser: Releaser, staged: Staged, bench: Bench, other: dict[str, Any]
    ) -> None:
        first, second, step = staged(), staged(), bench.step("release")
        mine = releaser.release(first, None, step)
        theirs = releaser.release(second, None, bench.step("release", **other))
        assert set(mine.urls).isdisjoint(theirs.urls)
        releaser.destroy(step.recorded(), bench.step("destroy"))
        assert releaser.current(bench.step("status")) is None
        assert releaser.current(bench.step("status", **other)) == second.operation

    def test_destroy_closes_the_app_and_a_second_one_is_no_error(
        self, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        step = bench.step("release")
        releaser.release(staged(), None, step)
        for _ in range(2):
            releaser.destroy(step.recorded(), bench.step("destroy"))
            assert releaser.current(bench.step("status")) is None
            assert releaser.status(step.recorded(), bench.step("status")).name == "missing"

    def test_destroying_what_never_began_is_no_error(self, releaser: Releaser, bench: Bench) -> None:
        recorded: Recorded[Any] = Recorded(operation=bench.step("deploy").facts.operation)
        releaser.destroy(recorded, bench.step("destroy"))
        assert releaser.current(bench.step("status")) is None

    @pytest.mark.parametrize("how", ["cancel", "death"])
    def test_a_release_that_ended_at_any_point_is_current_or_is_not_and_can_be_done_again(
        self, releaser: Releaser, staged: Staged, bench: Bench, how: Literal["cancel", "death"]
    ) -> None:
        one, other = staged(), staged()
        releaser.release(one, None, bench.step("release"))

        def begin(stop: Stop) -> FakeStep:
            return bench.step("release", stop=stop)

        for step in each_end(how, self.points, begin, lambda step: releaser.release(other, one.operation, step)):
            live = releaser.current(bench.step("status"))
            assert live in (one.operation, other.operation), f"after: {step.journal}"
            releaser.release(other, live, bench.step("release"))
            assert releaser.current(bench.step("status")) == other.operation
            releaser.release(one, other.operation, bench.step("release"))

    def test_a_first_release_that_died_at_any_point_can_be_destroyed(
        self, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        one = staged()

        def begin(stop: Stop) -> FakeStep:
            return bench.step("release", stop=stop)

        for step in each_end("death", self.points, begin, lambda step: releaser.release(one, None, step)):
            releaser.destroy(step.recorded(), bench.step("destroy"))
            assert releaser.current(bench.step("status")) is None, f"after: {step.journal}"

    @needs("weighs")
    def test_a_part_of_the_traffic_goes_elsewhere_and_comes_back(
        self, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        self.able(releaser, Weighs, "weighs")
        assert isinstance(releaser, Weighs)
        first, second = staged(), staged()
        assert dict(releaser.weights(bench.step("status"))) == {}
        before = releaser.release(first, None, bench.step("release"))
        assert dict(releaser.weights(bench.step("status"))) == {first.operation: 100}
        for weight in (10, 60):
            weighed = releaser.weigh(second, first.operation, weight, bench.step("release"))
            assert weighed.urls == before.urls
            assert releaser.current(bench.step("status")) == first.operation
            assert dict(releaser.weights(bench.step("status"))) == {
                first.operation: 100 - weight,
                second.operation: weight,
            }
        for _ in range(2):
            releaser.abort(bench.step("release"))
            assert dict(releaser.weights(bench.step("status"))) == {first.operation: 100}

    @needs("weighs")
    def test_a_release_ends_a_split(self, releaser: Releaser, staged: Staged, bench: Bench) -> None:
        assert isinstance(releaser, Weighs)
        first, second = staged(), staged()
        releaser.release(first, None, bench.step("release"))
        releaser.weigh(second, first.operation, 25, bench.step("release"))
        releaser.release(second, first.operation, bench.step("release"))
        assert releaser.current(bench.step("status")) == second.operation
        assert dict(releaser.weights(bench.step("status"))) == {second.operation: 100}

    @needs("weighs")
    def test_a_part_beside_something_that_is_not_live_changes_nothing(
        self, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        assert isinstance(releaser, Weighs)
        first, second = staged(), staged()
        with pytest.raises(TrafficMovedError):
            releaser.weigh(second, first.operation, 50, bench.step("release"))
        assert dict(releaser.weights(bench.step("status"))) == {}
        releaser.release(first, None, bench.step("release"))
        with pytest.raises(TrafficMovedError):
            releaser.weigh(second, "01TESTANOTHER", 50, bench.step("release"))
        assert dict(releaser.weights(bench.step("status"))) == {first.operation: 100}

    @needs("weighs")
    @pytest.mark.parametrize("how", ["cancel", "death"])
    def test_a_part_that_ended_at_any_point_is_there_or_is_not_and_can_be_taken_back(
        self, releaser: Releaser, staged: Staged, bench: Bench, how: Literal["cancel", "death"]
    ) -> None:
        assert isinstance(releaser, Weighs)
        one, other = staged(), staged()
        releaser.release(one, None, bench.step("release"))

        def begin(stop: Stop) -> FakeStep:
            return bench.step("release", stop=stop)

        for step in each_end(how, self.points, begin, lambda step: releaser.weigh(other, one.operation, 20, step)):
            found = dict(releaser.weights(bench.step("status")))
            split = {one.operation: 80, other.operation: 20}
            assert found in ({one.operation: 100}, split), f"after: {step.journal}"
            assert releaser.current(bench.step("status")) == one.operation
            releaser.abort(bench.step("release"))
            assert dict(releaser.weights(bench.step("status"))) == {one.operation: 100}

    def test_a_secret_is_in_nothing_that_is_shown_or_kept(
        self, releaser: Releaser, staged: Staged, bench: Bench
    ) -> None:
        release = releaser.release(staged(), None, bench.step("release"))
        assert [step.facts.stage for step in bench.steps if SECRET in step.everything()] == []
        assert SECRET not in repr(release)


def _beside(bench: Bench, stage: str, step: FakeStep) -> FakeStep:
    """Return a new step for the same project, workspace and app."""
    facts = step.facts
    return bench.step(stage, project=facts.project, workspace=facts.workspace, app=facts.app)
