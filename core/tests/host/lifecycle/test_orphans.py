"""Orphans: what no record names is destroyed or adopted in a run, and never while it serves."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.host.lifecycle.serving import serves
from milepost.host.lifecycle.sighting import look, of_app, platforms
from milepost.sdk.errors import MilepostError, OperationError, RefusedError
from milepost.sdk.store import OutputLine


def lose(shop: Shop, number: int) -> str:
    """Let the history lose all operations of a run, as a damaged file would, and return the key of its deployment."""
    lost = shop.operations(number=number)
    (key,) = [each.resources[0].key for each in lost if each.stage == "deploy"]
    shop.store.remove([each.id for each in lost])
    return key


def test_an_orphan_is_destroyed_by_its_key_as_a_recorded_operation(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    key = lose(shop, 2)
    shop.carry("destroy", "web", orphans=(key,))
    assert list(shop.world.read()["deployments"]) == [shop.last("deploy").resources[0].key]
    record = shop.last("destroy")
    assert (record.status, record.label, [each.key for each in record.resources]) == ("success", "orphan", [key])
    assert shop.traffic() == 1


def test_what_serves_is_never_destroyed_as_an_orphan(shop: Shop) -> None:
    shop.up()
    key = lose(shop, 1)
    with pytest.raises(RefusedError, match=f"{key} serves"):
        shop.carry("destroy", "web", orphans=(key,))
    assert key in shop.world.read()["deployments"]


def test_what_may_serve_is_not_destroyed_while_nobody_can_say(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    key = lose(shop, 2)
    shop.world.trouble("current", "fail")
    with pytest.raises(MilepostError):
        shop.carry("destroy", "web", orphans=(key,))
    assert key in shop.world.read()["deployments"]


def test_of_two_nothing_is_destroyed_when_one_serves(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    keys = (lose(shop, 2), lose(shop, 1))
    with pytest.raises(RefusedError, match="serves"):
        shop.carry("destroy", "web", orphans=keys)
    assert set(shop.world.read()["deployments"]) == set(keys)


def test_what_has_a_record_is_no_orphan(shop: Shop) -> None:
    shop.up()
    key = shop.last("deploy").resources[0].key
    with pytest.raises(OperationError, match="is no orphan: web#1 has it"):
        shop.carry("destroy", "web", orphans=(key,))


def test_what_is_gone_by_now_is_said_to_be(shop: Shop) -> None:
    with pytest.raises(OperationError, match="has nowhere any more"):
        shop.carry("destroy", "web", orphans=("nowhere",))


def test_an_adopted_orphan_is_a_deployment_again(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    before = shop.last("deploy")
    key = lose(shop, 2)
    shop.carry("adopt", "web", orphans=(key,))
    adopted = shop.last("deploy")
    assert (adopted.id, adopted.number, adopted.status, adopted.presence) == (before.id, 3, "success", "staged")
    assert (adopted.artifact, adopted.state, adopted.resources) == (before.artifact, before.state, before.resources)
    assert any("found by its labels" in each for each in adopted.warnings)


def test_an_adopted_orphan_can_be_released_and_rolled_back_from(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.carry("build")
    shop.carry("deploy", choices={"force": True})
    key = lose(shop, 3)
    number = shop.carry("adopt", "web", orphans=(key,))
    shop.carry("release", "web", target=f"web#{number}")
    assert shop.traffic() == number
    shop.carry("rollback")
    assert shop.traffic() == 1
    assert shop.objects()[number] == "parked"


def test_what_serves_is_adopted_with_its_release(shop: Shop) -> None:
    shop.up()
    key = lose(shop, 1)
    number = shop.carry("adopt", "web", orphans=(key,))
    release = shop.last("release")
    assert (release.number, release.status, release.target) == (number, "success", shop.last("deploy").id)
    assert release.release is not None
    assert release.release.urls == ("http://shop.default.web.fake",)
    assert shop.presences() == {number: "released"}
    shop.edit("two")
    shop.up()
    shop.carry("rollback")
    assert shop.traffic() == number


def test_half_a_deployment_is_not_adopted(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    key = lose(shop, 2)
    with shop.world.change() as world:
        world["deployments"][key]["health"] = "alive"
    with pytest.raises(OperationError, match="was never ready"):
        shop.carry("adopt", "web", orphans=(key,))
    shop.carry("destroy", "web", orphans=(key,))
    assert key not in shop.world.read()["deployments"]


def test_an_adoption_that_was_cut_off_destroys_nothing_and_can_be_done_again(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    key = lose(shop, 2)
    shop.carry("adopt", "web", orphans=(key,))
    shop.cut(shop.last("deploy"), presence=None)
    shop.edit("two")
    shop.up()
    assert key in shop.world.read()["deployments"]
    shop.carry("adopt", "web", orphans=(key,))
    assert shop.last("deploy", number=3).presence == "staged"


def test_what_is_recorded_as_destroyed_and_stands_all_the_same_is_an_orphan(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    key = shop.last("deploy").resources[0].key
    with shop.world.change() as world:
        kept = dict(world["deployments"][key])
    shop.carry("destroy", target="web#2")
    with shop.world.change() as world:
        world["deployments"][key] = kept
    shop.carry("adopt", "web", orphans=(key,))
    assert shop.presences()[2] == "staged"
    shop.carry("destroy", target="web#2")
    assert shop.presences()[2] == "destroyed"


def test_objects_of_another_history_are_refused_without_force(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    key = lose(shop, 2)
    with shop.world.change() as world:
        world["deployments"][key]["labels"]["milepost/store"] = "01OTHERSTORE"
    with pytest.raises(RefusedError, match="01OTHERSTORE"):
        shop.carry("adopt", "web", orphans=(key,))
    number = shop.carry("adopt", "web", orphans=(key,), choices={"force": True})
    shop.carry("release", "web", target=f"web#{number}")
    assert shop.traffic() == number, "what was adopted is foreign no longer"


def test_what_only_a_record_of_another_history_names_is_taken_over_with_force(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    deploy = shop.last("deploy")
    brought = [*shop.store.latest("operation", {"number": 2}), *shop.store.latest("run", {"number": 2})]
    shop.store.remove([str(each["id"]) for each in brought])
    shop.store.admit([{**each, "number": 7, "store": "laptop"} for each in reversed(brought)])
    shop.store.write_output(deploy.id, [OutputLine(1, "", "plugin", "say", "hello")])
    key = deploy.resources[0].key
    with shop.world.change() as world:
        world["deployments"][key]["labels"]["milepost/store"] = "01OTHERSTORE"
    with pytest.raises(RefusedError, match="01OTHERSTORE"):
        shop.carry("adopt", "web", orphans=(key,))
    number = shop.carry("adopt", "web", orphans=(key,), choices={"force": True})
    taken = shop.last("deploy", number=number)
    assert (taken.id, taken.store, taken.facts, taken.fingerprint) == (
        deploy.id,
        None,
        deploy.facts,
        deploy.fingerprint,
    )
    assert "it was #7 of the history laptop, whose record was taken over" in taken.warnings
    assert [line.text for line in shop.store.read_output(deploy.id)] == ["hello"]
    shop.carry("release", "web", target=f"web#{number}")
    assert shop.traffic() == number


def test_the_orphan_of_an_app_that_left_the_file_is_destroyed(shop: Shop) -> None:
    shop.up()
    shop.carry("deploy", choices={"force": True})
    key = lose(shop, 2)
    with shop.world.change() as world:
        world["deployments"][key]["labels"]["milepost/app"] = "web"
    shop.write('app "api" {\n  deploy {\n    use "fake" {}\n  }\n}\n')
    shop.carry("destroy", "web", orphans=(key,))
    assert key not in shop.world.read()["deployments"]


@pytest.mark.parametrize(("health", "answer"), [("ready", "yes"), ("down", "no"), ("parked", "no"), ("alive", "no")])
def test_where_no_releaser_directs_traffic_what_runs_serves(shop: Shop, health: str, answer: str) -> None:
    shop.write(config="worker = true")
    shop.up()
    key = lose(shop, 1)
    with shop.world.change() as world:
        world["deployments"][key]["health"] = health
    subject = shop.part(shop.request("adopt"), shop.history.runs()[0], _planned()).subject
    (platform,) = platforms(shop.bench, subject)
    assert not isinstance(platform, MilepostError)
    (sighting,) = look(shop.bench, subject, platform, of_app(subject))
    assert serves(shop.bench, subject, sighting) == answer


def _planned() -> object:
    from milepost.host.lifecycle.plan import AppPlan

    return AppPlan(app="web", phases=("deploy",))
