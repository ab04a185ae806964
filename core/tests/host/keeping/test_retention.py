"""What a prune removes, and what it never does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tests.host.keeping.shop import NOON, Shop, ids
from milepost.host.history.journal import History
from milepost.host.keeping.retention import Wish, prune, superfluous
from milepost.host.lifecycle.aim import newest_artifact, newest_deployment, release_before
from milepost.host.lifecycle.live import Live
from milepost.host.project.keep import Keep, Rule
from milepost.sdk.errors import OperationError
from milepost.sdk.store import HistoryStore
from milepost.testing.store import MemoryStore

DAY = 86400.0


@pytest.fixture
def shop() -> Shop:
    return Shop(MemoryStore())


def wish(shop: Shop, rule: Rule, verbs: Mapping[str, Rule] | None = None, **depths: int | None) -> Wish:
    """Return what is wanted of a shop's history."""
    return Wish(Keep(rule, verbs or {}), depths, shop.now)


def numbers(store: HistoryStore) -> list[int]:
    """Return the numbers of the runs that are there, oldest first."""
    return [each["number"] for each in store.latest("run", {}, oldest=True)]


def test_without_a_rule_nothing_is_removed(shop: Shop) -> None:
    for _ in range(5):
        shop.build()
    assert prune(shop.store, wish(shop, Rule())).runs == ()
    assert numbers(shop.store) == [1, 2, 3, 4, 5]


def test_the_newest_runs_stay_and_those_before_them_go_with_operations_and_output(shop: Shop) -> None:
    first, *_ = [shop.build() for _ in range(5)]
    operation = shop.store.latest("operation", {"run": first["id"]})[0]
    gone = prune(shop.store, wish(shop, Rule(runs=2)))
    assert [each.number for each in gone.runs] == [1, 2, 3]
    assert numbers(shop.store) == [4, 5]
    assert shop.store.get(operation["id"]) is None
    assert shop.store.read_output(operation["id"]) == []


def test_a_dry_run_says_the_same_and_removes_nothing(shop: Shop) -> None:
    for _ in range(5):
        shop.build()
    said = superfluous(shop.store, wish(shop, Rule(runs=2)))
    assert numbers(shop.store) == [1, 2, 3, 4, 5]
    assert said.runs == prune(shop.store, wish(shop, Rule(runs=2))).runs


def test_a_run_stays_that_either_rule_keeps(shop: Shop) -> None:
    for _ in range(6):
        shop.build()
    assert [each.number for each in superfluous(shop.store, wish(shop, Rule(runs=2, age=3.5 * DAY))).runs] == [1, 2]
    assert [each.number for each in superfluous(shop.store, wish(shop, Rule(runs=5, age=1.5 * DAY))).runs] == [1]
    assert [each.number for each in superfluous(shop.store, wish(shop, Rule(age=1.5 * DAY))).runs] == [1, 2, 3, 4]


def test_a_rule_for_a_verb_stands_in_place_of_the_one_for_all(shop: Shop) -> None:
    for _ in range(3):
        shop.freeze(verb="exec")
        shop.build()
    found = superfluous(shop.store, wish(shop, Rule(runs=1), {"exec": Rule(runs=2)}))
    assert [(each.number, each.verb) for each in found.runs] == [(1, "exec"), (2, "build"), (4, "build")]


def test_each_workspace_has_its_own_newest_runs(shop: Shop) -> None:
    for _ in range(2):
        shop.build(workspace="staging")
    for _ in range(2):
        shop.build()
    found = superfluous(shop.store, wish(shop, Rule(runs=1)))
    assert [(each.workspace, each.number) for each in found.runs] == [("staging", 1), ("default", 3)]


def test_what_is_live_stays_with_its_build_however_old_it_is(shop: Shop) -> None:
    live = shop.up()
    for _ in range(9):
        shop.build()
    prune(shop.store, wish(shop, Rule(runs=1)))
    assert numbers(shop.store) == [live["number"], 10]
    assert [each["stage"] for each in shop.store.latest("operation", {"run": live["id"]}, oldest=True)] == [
        "build",
        "deploy",
        "release",
    ]


def test_as_many_former_releases_stay_as_a_rollback_may_reach(shop: Shop) -> None:
    for _ in range(6):
        shop.up()
    left = wish(shop, Rule(runs=1), web=3)
    assert [each.number for each in superfluous(shop.store, left).runs] == [1, 2]
    every = wish(shop, Rule(runs=1), web=None)
    assert superfluous(shop.store, every).runs == ()
    assert superfluous(shop.store, every).needed == 5


def test_staged_and_running_ones_and_the_newest_freeze_stay(shop: Shop) -> None:
    shop.freeze()
    kept = [shop.freeze(), shop.stage(app="worker"), shop.running(app="cron")]
    for _ in range(3):
        shop.build()
    prune(shop.store, wish(shop, Rule(runs=1)))
    assert numbers(shop.store) == [*(each["number"] for each in kept), 7]


def test_what_was_promoted_keeps_the_build_of_the_other_workspace(shop: Shop) -> None:
    built = shop.build(workspace="staging")
    build = shop.store.latest("operation", {"run": built["id"]})[0]
    live = shop.up(workspace="production")
    deploy = shop.store.latest("operation", {"run": live["id"], "stage": "deploy"})[0]
    shop.store.amend([{**deploy, "build": build["id"]}])
    shop.build(workspace="staging")
    shop.build(workspace="production")
    prune(shop.store, wish(shop, Rule(runs=1)))
    assert shop.store.get(built["id"]) is not None


def test_an_app_that_is_being_changed_is_left_until_the_next_time(shop: Shop) -> None:
    for _ in range(3):
        shop.build()
        shop.build(app="worker")
    lock = shop.store.lock("app/default/web")
    assert lock.acquire({"user": "ada"})
    done = prune(shop.store, wish(shop, Rule(runs=1)))
    assert (numbers(shop.store), done.busy) == ([1, 3, 5, 6], 3)
    lock.release()
    prune(shop.store, wish(shop, Rule(runs=1)))
    assert numbers(shop.store) == [5, 6]
    assert shop.store.locks() == {}


def test_runs_of_other_stores_are_counted_apart_and_nothing_rests_upon_them(shop: Shop) -> None:
    other = Shop(MemoryStore("01OTHER"), prefix="02")
    for _ in range(3):
        other.up()
    theirs = [*other.store.latest("run", {}, oldest=True), *other.store.latest("operation", {}, oldest=True)]
    shop.store.admit([{**each, "store": "laptop"} for each in theirs])
    shop.build()
    prune(shop.store, wish(shop, Rule(runs=1)))
    assert [(each["number"], each.get("store")) for each in shop.store.latest("run", {})] == [(1, None), (3, "laptop")]


def test_numbers_go_on_in_a_copy_of_what_is_left(shop: Shop) -> None:
    shop.up(app="old")
    shop.destroy(app="old")
    for _ in range(4):
        shop.build()
    prune(shop.store, wish(shop, Rule(runs=1)))
    copy = Shop(MemoryStore(), prefix="03")
    copy.store.admit([*shop.store.latest("run", {}, oldest=True), *shop.store.latest("operation", {}, oldest=True)])
    again = copy.up(app="old")
    assert again["number"] == 7
    assert [each["sequence"] for each in copy.store.latest("operation", {"run": again["id"], "stage": "build"})] == [2]


def test_old_output_goes_and_its_records_stay(shop: Shop) -> None:
    old, new = shop.build(), shop.build()
    done = prune(shop.store, wish(shop, Rule(output=0.5 * DAY)))
    operations = {run["id"]: shop.store.latest("operation", {"run": run["id"]})[0]["id"] for run in (old, new)}
    assert done.output == (operations[old["id"]],)
    assert done.lines == 1
    (said,) = shop.store.read_output(operations[old["id"]])
    assert (said.source, said.text) == (
        "milepost",
        "... 1 line was removed on 2026-03-05, being older than what is to be kept ...",
    )
    assert len(shop.store.read_output(operations[new["id"]])) == 1
    again = prune(shop.store, wish(shop, Rule(output=0.5 * DAY)))
    assert (again.output, again.lines) == ((), 0)
    assert numbers(shop.store) == [1, 2]


ACTIONS = ("up", "up", "up", "build", "stage", "again", "rollback", "rollback", "destroy", "freeze", "running")
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.sampled_from(("web", "worker")), st.sampled_from(("default", "staging"))),
    min_size=1,
    max_size=30,
)


@dataclass
class Named:
    """What the questions read of an app's block: the name, and that it is built and not pushed."""

    name: str
    use: str = "fake"
    from_app: None = None
    registry: None = None

    @property
    def build(self) -> Named:
        return self


@dataclass
class Asking:
    """What the lifecycle's questions take: a bench with a history, and a subject."""

    history: History
    app: Named
    workspace: str


def answers(store: HistoryStore, depth: int) -> list[object]:
    """Return what the lifecycle and `status` find out about each place."""
    history, found = History(store), list[object]()
    for app in ("web", "worker"):
        for workspace in ("default", "staging"):
            asking: Any = Asking(history, Named(app), workspace)
            live = history.live(app, workspace)
            found += [live, history.deployments(app, workspace), history.interrupted(workspace, app)]
            found += [_or_none(newest_artifact, asking), _or_none(newest_deployment, asking)]
            release = live
            for _ in range(depth):
                release = _or_none(release_before, asking, Live(release=release), None) if release else None
                deployment = history.operation(str(release.target)) if release else None
                build = history.operation(str(deployment.build)) if deployment else None
                found += [release, deployment, build]
            frozen = store.latest("run", {"workspace": workspace, "verb": ("freeze", "thaw")}, 1)
            found.append(ids(frozen))
    return found


def _or_none(question: Any, asking: Asking, *more: Any) -> Any:
    """Return the answer; None where there is none."""
    try:
        return question(asking, asking, *more)
    except OperationError:
        return None


@given(steps=STEPS, keep=st.integers(0, 3), runs=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_after_a_prune_rollback_destroy_and_status_find_the_same(
    steps: list[tuple[str, str, str]], keep: int, runs: int
) -> None:
    shop = Shop(MemoryStore(), keep=keep, output=False)
    for action, app, workspace in steps:
        getattr(shop, action)(app, workspace)
    depth = max(keep, 1)
    before = answers(shop.store, depth)
    done = prune(shop.store, wish(shop, Rule(runs=runs), web=keep, worker=keep))
    assert answers(shop.store, depth) == before
    left = {each["id"] for each in shop.store.latest("run", {})}
    assert all(each["run"] in left for each in shop.store.latest("operation", {}))
    assert prune(shop.store, wish(shop, Rule(runs=runs), web=keep, worker=keep)).runs == ()
    assert len(left) + len(done.runs) == max((each["number"] for each in shop.store.latest("run", {})), default=0)


def test_the_clock_of_a_run_that_cannot_be_read_keeps_it(shop: Shop) -> None:
    run = shop.build()
    shop.store.amend([{**run, "started": "some day"}])
    shop.build()
    late = Wish(Keep(Rule(age=DAY)), {}, NOON + timedelta(days=99))
    assert superfluous(shop.store, late).runs == ()
