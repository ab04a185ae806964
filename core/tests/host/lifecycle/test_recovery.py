"""What the dead left behind, and what the next run makes of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import msgspec
import pytest

from core.tests.host.lifecycle.shop import DEAD, Shop
from milepost.host.history.journal import identify
from milepost.host.lifecycle.recovery import end_dead_runs
from milepost.sdk.errors import MilepostError
from milepost.sdk.events import Warned
from milepost.sdk.record import Status
from milepost.testing.clock import NOON


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs in a session of its own."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def half_deployed(shop: Shop, presence: str = "starting") -> None:
    """Leave a deploy that died, with what it had made, in run #1."""
    shop.carry("build")
    shop.write(config='fail = "ready"')
    with pytest.raises(MilepostError):
        shop.carry("deploy", choices={"keep_failed": True})
    shop.write()
    shop.cut(shop.last("deploy"), presence=presence)


def test_what_the_dead_one_had_started_is_ended(shop: Shop, sleeper: subprocess.Popen[bytes]) -> None:
    half_deployed(shop)
    shop.cut(shop.last("deploy"), processes=(identify(sleeper.pid),))
    shop.up()
    assert sleeper.wait(timeout=30) != 0
    assert shop.operations("deploy")[0].processes == ()


def test_a_process_that_has_the_number_of_a_dead_one_is_left_alone(
    shop: Shop, sleeper: subprocess.Popen[bytes]
) -> None:
    half_deployed(shop)
    other = msgspec.structs.replace(identify(sleeper.pid), started="1")
    shop.cut(shop.last("deploy"), processes=(other,))
    shop.up()
    assert sleeper.poll() is None


def test_an_interrupted_operation_gets_its_end_from_the_next_run_that_writes(shop: Shop) -> None:
    half_deployed(shop)
    shop.up()
    deploy = shop.operations("deploy")[0]
    assert deploy.status == "interrupted"
    assert deploy.failure is not None
    assert deploy.failure.code == "interrupted"
    assert "#2's deploy was interrupted" in shop.told(Warned)


@pytest.mark.parametrize("presence", ["starting", "prepared", "staged"])
def test_an_interrupted_deploy_is_destroyed_first_as_a_recorded_operation(shop: Shop, presence: str) -> None:
    half_deployed(shop, presence)
    shop.up()
    assert shop.objects() == {3: "ready"}
    assert shop.statuses()[1:] == [
        "#2 deploy interrupted",
        "#3 build success",
        "#3 destroy success",
        "#3 deploy success",
        "#3 release success",
    ]


def test_what_was_half_destroyed_is_destroyed(shop: Shop) -> None:
    shop.up()
    standing = shop.last("deploy")
    shop.carry("destroy")
    # Dead after the objects were gone, and before that was written down.
    shop.history.amend(standing)
    shop.cut(shop.last("destroy", target=standing.id))
    shop.edit("two")
    shop.up()
    assert shop.presences() == {1: "destroyed", 3: "released"}
    assert shop.statuses()[-4:] == [
        "#3 build success",
        "#3 destroy success",
        "#3 deploy success",
        "#3 release success",
    ]


def test_keep_failed_keeps_it(shop: Shop) -> None:
    half_deployed(shop)
    shop.carry("build")
    shop.carry("deploy", choices={"keep_failed": True})
    assert sorted(shop.objects()) == [2, 4]


def test_what_cannot_be_removed_is_a_warning_and_stops_no_rollback(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    shop.edit("three")
    half_deployed(shop)
    shop.world.trouble("destroy", "fail")
    shop.carry("rollback")
    assert shop.traffic() == 1
    assert any("could not be removed" in each for each in shop.told(Warned))


def test_an_interrupted_deploy_of_another_workspace_is_left_alone(shop: Shop) -> None:
    half_deployed(shop)
    shop.up(workspace="staging")
    assert sorted(shop.objects()) == [2, 3]


def test_a_release_that_was_cut_off_after_the_switch_counts(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.up()
    shop.cut(shop.last("release"), release=None)
    shop.edit("three")
    shop.up()
    second = shop.operations("release")[1]
    assert second.status == "success"
    assert any("found to be live afterwards" in each for each in second.warnings)
    assert shop.last("release").previous == second.target


def test_a_release_that_was_cut_off_before_the_switch_does_not_count(shop: Shop) -> None:
    shop.up()
    shop.edit("two")
    shop.world.trouble("release", "fail")
    with pytest.raises(MilepostError):
        shop.up()
    shop.world.trouble("release", "")
    shop.cut(shop.last("release"))
    shop.edit("three")
    shop.up()
    assert shop.operations("release")[1].status == "interrupted"
    assert shop.last("release").previous == shop.operations("deploy")[0].id


@pytest.mark.parametrize("strategy", ["stop-first", "start-first"])
def test_a_release_cut_off_between_stop_and_start_is_put_back_to_what_was_live(shop: Shop, strategy: str) -> None:
    shop.write(app=f'strategy = "{strategy}"')
    shop.up()
    shop.edit("two")
    shop.world.trouble("release", "fail")
    with pytest.raises(MilepostError):
        shop.up()
    shop.world.trouble("release", "")
    with shop.world.change() as world:
        for each in world["deployments"].values():
            each["health"] = "parked"
    shop.cut(shop.last("release"))
    shop.carry("build")
    shop.carry("deploy")
    assert shop.objects()[1] == "ready"
    assert shop.traffic() == 1
    assert shop.presences()[1] == "released"


def cut_between_stop_and_start(shop: Shop, status: Status) -> None:
    """Leave a release that was cut off with the new one running and the old one stopped, settled already or not."""
    shop.write(app='strategy = "stop-first"')
    shop.up()
    shop.edit("two")
    shop.world.trouble("release", "fail")
    with pytest.raises(MilepostError):
        shop.up()
    shop.world.trouble("release", "")
    with shop.world.change() as world:
        first, second = world["deployments"].values()
        first["health"], second["health"] = "parked", "ready"
    first_deploy, second_deploy = shop.operations("deploy")
    shop.history.amend(
        msgspec.structs.replace(first_deploy, presence="parked"),
        msgspec.structs.replace(second_deploy, presence="staged"),
        msgspec.structs.replace(shop.cut(shop.last("release")), status=status),
    )


@pytest.mark.parametrize("status", ["running", "interrupted"])
def test_what_a_release_had_started_is_stopped_before_the_next_starts_anything(shop: Shop, status: Status) -> None:
    """Its run may have outlived the process that carried it out, and settled it."""
    cut_between_stop_and_start(shop, status)
    shop.edit("three")
    before = len(shop.world.log())
    shop.up()
    keys = {each.resources[0].key: each.number for each in shop.operations("deploy")}
    done = [each.split() for each in shop.world.log()[before:]]
    switches = [f"{each[0]} {keys[each[2]]}" for each in done if each[0] in ("park", "unpark")]
    assert switches == ["park 2", "unpark 1", "park 1", "unpark 3"]


def test_a_release_that_was_put_in_order_once_is_left_alone_from_then_on(shop: Shop) -> None:
    cut_between_stop_and_start(shop, "interrupted")
    shop.carry("stop")
    shop.carry("build")
    shop.carry("deploy")
    assert [each.label for each in shop.operations("park")] == ["park", "stop"]
    assert shop.presences()[1] == "parked"


def test_that_what_was_live_does_not_start_again_is_a_warning_and_stops_no_up(shop: Shop) -> None:
    cut_between_stop_and_start(shop, "interrupted")
    shop.edit("three")
    shop.carry("build")
    shop.world.trouble("unpark", "fail")
    shop.carry("deploy")
    assert any("#1 could not be started again" in each for each in shop.told(Warned))
    shop.world.trouble("unpark", "")
    shop.carry("release")
    assert shop.traffic() == 4


def test_what_was_started_for_a_release_is_not_ended_with_its_operation(
    shop: Shop, sleeper: subprocess.Popen[bytes]
) -> None:
    """The supervisor of what is live by now must survive that the release died before its last word."""
    shop.install("detaching", "platform", DETACHING)
    shop.write(platform="detaching", app='strategy = "stop-first"', release='use "fake" {}')
    shop.up()
    assert shop.last("release").processes == ()
    pid = int((shop.folders.plugin("milepost-detaching") / "pid").read_text())
    subprocess.run(["kill", str(pid)], check=True)


def test_runs_of_the_dead_get_their_end_too(shop: Shop) -> None:
    shop.up()
    (run,) = shop.history.runs()
    shop.history.amend(msgspec.structs.replace(run, status="running", writer=DEAD))
    end_dead_runs(shop.history, NOON)
    assert shop.history.runs()[0].status == "interrupted"


DETACHING = """
from milepost.sdk import Command, PlatformOffer, hookimpl
from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig, FakePlatformState, exposed


class Platform(FakePlatform):
    def unpark(self, recorded, step):
        pid = step.run(Command(argv=("sleep", "600"), detach=True)).pid
        (step.facts.data / "pid").write_text(str(pid))
        return super().unpark(recorded, step)


@hookimpl
def milepost_platform(word):
    return PlatformOffer(config=FakePlatformConfig, state=FakePlatformState, accepts=("file-tree/1",),
                         exposes=exposed, load=lambda: Platform, parks=True)
"""
