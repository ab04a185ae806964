"""A history made anew: after it was lost, of what platforms still have."""

from __future__ import annotations

import shutil

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import app_text
from milepost.host.lifecycle.subject import lock_name
from milepost.host.orphans import survey
from milepost.host.rebuild import Rebuilt, rebuild
from milepost.sdk.errors import LockedError


def lose_history(real: RealShop) -> None:
    """Remove the history, as a thrown away laptop does."""
    for host in real.hosts:
        host.close()
    shutil.rmtree(real.root / "state" / "projects")


def rebuilt(real: RealShop, workspace: str = "default") -> Rebuilt:
    host = real.host()
    return rebuild(host, survey(host, workspace), "the laptop is gone")


def twice(real: RealShop) -> None:
    """Release two versions, so that one is live and one is parked."""
    real.run("up")
    (real.folder / "web" / "index.html").write_text("two")
    real.run("up")


def test_what_runs_has_its_records_again_under_its_old_numbers(real: RealShop) -> None:
    twice(real)
    before = {each.id: each for each in real.operations("deploy")}
    lose_history(real)
    made = rebuilt(real)
    after = {each.id: each for each in real.operations("deploy")}
    assert after.keys() == before.keys()
    for name, each in after.items():
        old = before[name]
        assert (each.number, each.run, each.presence, each.artifact) == (
            old.number,
            old.run,
            old.presence,
            old.artifact,
        )
        assert (each.state, each.resources, each.user, each.started) == (old.state, old.resources, "ada", old.started)
        assert any("made anew from labels" in text for text in each.warnings)
    assert [each.number for each in made.runs] == [1, 2]
    assert [each.target for each in made.live] == [max(after)]


def test_the_rebuilding_is_a_run_itself_and_numbers_go_on_above_the_old_ones(real: RealShop) -> None:
    twice(real)
    lose_history(real)
    made = rebuilt(real)
    assert made.run is not None
    assert (made.run.number, made.run.verb, made.run.why, made.run.status) == (
        3,
        "rebuild",
        "the laptop is gone",
        "success",
    )
    assert [each.number for each in real.host().history.runs()] == [3, 2, 1]
    assert real.run("redeploy").run.number == 4


def test_a_second_rebuilding_does_nothing(real: RealShop) -> None:
    twice(real)
    lose_history(real)
    rebuilt(real)
    before = [*real.host().history.operations(), *real.host().history.runs()]
    assert rebuilt(real).run is None
    assert [*real.host().history.operations(), *real.host().history.runs()] == before


def test_afterwards_a_rollback_goes_to_what_was_parked(real: RealShop) -> None:
    twice(real)
    lose_history(real)
    rebuilt(real)
    outcome = real.run("rollback")
    assert outcome.exit_status == 0
    live = real.world.read()["routes"]["shop/default/web"]
    assert [each.number for each in real.operations("deploy") if each.id == live] == [1]


def test_afterwards_up_is_not_refused_and_nothing_is_an_orphan(real: RealShop) -> None:
    twice(real)
    lose_history(real)
    assert real.run("up").exit_status == 5
    rebuilt(real)
    (real.folder / "web" / "index.html").write_text("three")
    assert real.run("up").exit_status == 0
    assert survey(real.host(), "default").orphans == ()


def test_afterwards_destroy_leaves_nothing(real: RealShop) -> None:
    twice(real)
    lose_history(real)
    rebuilt(real)
    assert real.run("destroy").exit_status == 0
    assert real.world.read()["deployments"] == {}
    assert real.world.read()["routes"] == {}


def test_what_is_there_already_is_never_replaced(real: RealShop) -> None:
    twice(real)
    host = real.host()
    lost = [each for each in host.history.operations() if each.number == 1]
    kept = [each for each in host.history.operations() if each.number == 2]
    host.writable_store().remove([each.id for each in lost])
    rebuilt(real)
    assert real.host().history.operations({"number": 2}) == kept
    assert [each.presence for each in real.operations("deploy")] == ["parked", "released"]
    real.run("rollback")
    assert real.operations("release")[-1].status == "success"


def test_a_number_that_another_run_has_by_now_is_not_given_twice(real: RealShop) -> None:
    real.run("up")
    lose_history(real)
    real.run("build")
    made = rebuilt(real)
    (deploy,) = made.deployments
    numbers = [each.number for each in real.host().history.runs()]
    assert len(set(numbers)) == len(numbers)
    assert any("what was #1 is #2 now" in text for text in made.untold)
    assert real.host().history.operation(deploy.id).number == 2  # type: ignore[union-attr]  # it was just made


def test_a_worker_that_nobody_routes_to_is_live_again(real: RealShop) -> None:
    real.write(config="worker = true")
    real.run("up")
    lose_history(real)
    rebuilt(real)
    live = real.host().history.live("web", "default")
    assert live is not None
    assert (live.number, live.plugin, live.target) == (1, None, real.operations("deploy")[0].id)
    (real.folder / "web" / "index.html").write_text("two")
    assert real.run("up").exit_status == 0
    healths = {each["health"] for each in real.world.read()["deployments"].values()}
    assert healths == {"ready", "parked"}


def test_a_worker_beside_an_app_with_a_public_url_is_live_again_too(real: RealShop) -> None:
    worker = app_text("worker", platform="fake", config="worker = true")
    real.write(app_text("api"), worker)
    real.run("up")
    lose_history(real)
    assert {each.sighting.app: each.serves for each in survey(real.host(), "default").orphans} == {
        "api": "yes",
        "worker": "yes",
    }
    made = rebuilt(real)
    assert {each.app: each.plugin is None for each in made.live} == {"api": False, "worker": True}
    assert {each.presence for each in real.operations("deploy")} == {"released"}
    (real.folder / "worker" / "index.html").write_text("two")
    assert real.run("up").exit_status == 0
    seen = real.world.read()["deployments"].values()
    ready = [each["labels"]["milepost/app"] for each in seen if each["health"] == "ready"]
    assert sorted(ready) == ["api", "worker"]


def test_what_was_stopped_is_live_and_stopped(real: RealShop) -> None:
    real.run("up")
    real.run("stop")
    lose_history(real)
    rebuilt(real)
    assert [each.presence for each in real.operations("deploy")] == ["parked"]
    assert real.host().history.live("web", "default") is not None
    assert real.run("start").exit_status == 0


def test_half_a_deployment_gets_no_record_and_is_told(real: RealShop) -> None:
    twice(real)
    with real.world.change() as world:
        parked = next(each for each in world["deployments"].values() if each["health"] == "parked")
        parked["health"] = "alive"
    lose_history(real)
    made = rebuilt(real)
    assert [each.number for each in made.deployments] == [2]
    assert any("was never ready" in text for text in made.untold)


def test_all_apps_of_one_run_are_of_one_run_again(real: RealShop) -> None:
    real.write(app_text("web"), app_text("api"))
    real.run("up")
    lose_history(real)
    made = rebuilt(real)
    assert [each.apps for each in made.runs] == [("api", "web")]
    assert {each.app for each in made.live} == {"web", "api"}
    assert real.run("up").exit_status == 0


def test_only_the_workspace_that_was_asked_for(real: RealShop) -> None:
    real.run("up")
    real.run("up", workspace="staging")
    lose_history(real)
    rebuilt(real, "staging")
    assert {each.workspace for each in real.operations()} == {"staging"}
    rebuilt(real)
    assert [each.number for each in real.operations("deploy")] == [1, 2]


def test_while_somebody_changes_the_app_it_does_not_begin(real: RealShop) -> None:
    real.run("up")
    lose_history(real)
    lock = real.host().writable_store().lock(lock_name("default", "web"))
    assert lock.acquire({"user": "bob", "run": 9, "run_id": "x", "verb": "up"})
    with pytest.raises(LockedError, match="bob"):
        rebuilt(real)
    lock.release()
    assert real.operations("deploy") == []


def images(real: RealShop, registry: str) -> None:
    build = f'use "fake-image" {{\npushes = false\n}}\n{registry}'
    real.write(build=build, platform="fake-engine")


REGISTRY = 'registry {\nuse "fake-images" {}\n}'


@pytest.mark.parametrize(("registry", "stage"), [("", "build"), (REGISTRY, "push")])
def test_an_image_is_as_lasting_as_it_was(real: RealShop, registry: str, stage: str) -> None:
    images(real, registry)
    twice(real)
    before = real.operations("deploy")
    lose_history(real)
    rebuilt(real)
    after = real.operations("deploy")
    assert [each.artifact for each in after] == [each.artifact for each in before]
    assert [each.artifact.provisional for each in after if each.artifact] == [not registry] * 2
    assert {each.stage for each in real.operations("build", "push")} == {stage}
    assert real.run("rollback").exit_status == 0


def test_an_image_of_an_engine_alone_is_none_that_was_pushed(real: RealShop) -> None:
    images(real, "")
    twice(real)
    lose_history(real)
    images(real, REGISTRY)
    rebuilt(real)
    assert {each.stage for each in real.operations("build", "push")} == {"build"}
