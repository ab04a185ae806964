# ruff: noqa: D102 - the name of a contract test is its sentence
"""The contract of roles that tell more than they must: to examine or plan changes nothing, and clean-ups repeat.

It stands beside the contract of the role, in a class of its own.
"""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import pytest

from milepost.sdk.capabilities import CleansUp, Examined, Examines, Opens, Planned, Plans
from milepost.sdk.deployment import Recorded
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import SECRET, Contract, needs
from milepost.testing.step import FakeStep

DEEDS = ("intend", "created", "save", "evidence")
"""What a step notes that nobody does who only looks."""


class LookingContract(Contract):
    """Inherit it, and override `role`; of a platform that opens deployments, `standing` too.

    Capabilities for `lacks`: `examines`, `plans`, `cleans`, `opens`.
    """

    @pytest.fixture
    def role(self) -> Any:
        """Return the builder, registry, platform or releaser, made as the host makes it."""
        raise NotImplementedError

    @pytest.fixture
    def standing(self) -> Recorded[Any]:
        """Return a deployment that can be opened."""
        raise NotImplementedError

    @needs("examines")
    def test_what_is_examined_is_told_in_lines_and_nothing_is_done(self, role: Any, bench: Bench) -> None:
        self.able(role, Examines, "examines")
        step = bench.step("status")
        found = list(role.examine(step))
        assert found, "nothing was examined: what is in order is told, too"
        for each in found:
            assert isinstance(each, Examined)
            assert each.level in get_args(get_type_hints(Examined)["level"])
            assert each.what.strip()
            assert "\n" not in each.what + each.hint
            assert each.level == "ok" or each.hint, f"{each.what}: there is no hint what to do"
        _only_looked(step)

    @needs("plans")
    def test_a_plan_is_the_same_twice_and_nothing_is_done(self, role: Any, bench: Bench) -> None:
        self.able(role, Plans, "plans")
        steps = [bench.step("status", operation="01CONTRACT") for _ in range(2)]
        first, second = (role.plan(None, step) for step in steps)
        assert isinstance(first, tuple)
        assert first == second
        for each in first:
            assert isinstance(each, Planned)
            assert each.action in get_args(get_type_hints(Planned)["action"])
            assert each.kind.strip()
            assert each.name.strip()
            assert SECRET not in each.name + each.detail
        for step in steps:
            _only_looked(step)

    @needs("cleans")
    def test_a_clean_up_where_nothing_is_left_is_no_error(self, role: Any, bench: Bench) -> None:
        self.able(role, CleansUp, "cleans")
        for _ in range(2):
            step = bench.step("destroy")
            role.clean_up(step)
            assert SECRET not in step.everything()

    @needs("opens")
    def test_a_deployment_is_opened_as_often_as_asked_and_stays_as_it_is(
        self, role: Any, standing: Recorded[Any], bench: Bench
    ) -> None:
        self.able(role, Opens, "opens")
        for _ in range(2):
            step = bench.step("status")
            with role.open(standing, step) as url:
                assert url.startswith(("http://", "https://"))
            assert [each for each in step.running if not step.running[each]] == [], "the way to it is still open"
            assert role.status(standing, bench.step("status")).name == "ready"


def _only_looked(step: FakeStep) -> None:
    """See that nothing was made, and no secret told."""
    assert [each for each in step.journal if each.what in DEEDS] == []
    assert SECRET not in step.everything()
