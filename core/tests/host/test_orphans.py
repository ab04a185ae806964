"""The survey: what platforms have, laid beside what the history knows."""

from __future__ import annotations

import os
import signal

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import app_text
from core.tests.waiting import until
from milepost.host.orphans import chosen, survey
from milepost.sdk.errors import UnknownNameError, UsageError


def lose(real: RealShop, number: int) -> str:
    """Let the history lose all operations of a run, and return the key of its deployment."""
    host = real.host()
    lost = host.history.operations({"number": number})
    host.writable_store().remove([each.id for each in lost])
    (key,) = [each.resources[0].key for each in lost if each.stage == "deploy"]
    return key


def cut(real: RealShop, point: str) -> None:
    """Kill an `up` with all its processes while its deploy is at that point."""
    real.write(config=f'hang = "{point}"')
    process = real.start("up")
    assert until(lambda: any(each.resources for each in real.operations("deploy")))
    assert until(lambda: bool(real.world.read()["deployments"]))
    assert point == "made" or until(lambda: any(each.state for each in real.operations("deploy")))
    worker = real.worker()
    process.kill()  # first of all: what it waits for would be seen to die
    os.kill(worker, signal.SIGKILL)
    process.wait()
    assert until(lambda: bool(real.host().history.interrupted()))


def test_what_has_a_record_is_counted_and_no_orphan(real: RealShop) -> None:
    real.run("up")
    found = survey(real.host(), "default")
    assert (found.asked, found.named, found.orphans, found.missing, found.unasked) == (("fake",), 1, (), (), ())


def test_an_orphan_is_told_with_what_its_labels_say(real: RealShop) -> None:
    real.run("up")
    real.run("redeploy")
    key = lose(real, 1)
    (orphan,) = survey(real.host(), "default").orphans
    seen = orphan.sighting
    assert (seen.key, seen.app, seen.workspace, seen.number, seen.store) == (
        key,
        "web",
        "default",
        1,
        real.host().store.id,
    )
    assert (orphan.serves, orphan.is_foreign, orphan.record) == ("no", False, None)


def test_what_serves_is_said_to(real: RealShop) -> None:
    real.run("up")
    lose(real, 1)
    (orphan,) = survey(real.host(), "default").orphans
    assert orphan.serves == "yes"


def test_that_nobody_can_say_whether_it_serves_is_told(real: RealShop) -> None:
    real.run("up")
    lose(real, 1)
    real.world.trouble("current", "fail")
    (orphan,) = survey(real.host(), "default").orphans
    assert orphan.serves == "unknown"


def test_all_workspaces_are_looked_at(real: RealShop) -> None:
    real.run("up")
    real.run("up", workspace="staging")
    lose(real, 2)
    (orphan,) = survey(real.host(), "default").orphans
    assert orphan.sighting.workspace == "staging"


def test_of_a_history_of_its_own_nothing_is_foreign_and_of_another_all_is(real: RealShop) -> None:
    real.run("up")
    with real.world.change() as world:
        for each in world["deployments"].values():
            each["labels"]["milepost/store"] = "01ANOTHER"
    assert survey(real.host(), "default").orphans == ()
    lose(real, 1)
    (orphan,) = survey(real.host(), "default").orphans
    assert orphan.is_foreign


def test_a_record_whose_objects_are_gone_is_missing(real: RealShop) -> None:
    real.run("up")
    with real.world.change() as world:
        world["deployments"].clear()
    (missing,) = survey(real.host(), "default").missing
    assert (missing.number, missing.stage) == (1, "deploy")


def test_a_platform_that_cannot_answer_is_named_and_nothing_of_it_counts_as_missing(real: RealShop) -> None:
    real.run("up")
    real.world.trouble("find", "fail")
    found = survey(real.host(), "default")
    assert (found.asked, found.missing, found.orphans) == ((), (), ())
    assert "the platform fake cannot be asked: the fake was told to fail at find" in found.unasked


def test_one_that_takes_too_long_is_not_waited_for(real: RealShop) -> None:
    real.run("up")
    real.world.trouble("find", "hang")
    assert survey(real.host(), "default", limit=0.2).unasked == ("the platform fake gave no answer within 0.2 s",)


def test_a_platform_that_cannot_look_is_named(real: RealShop) -> None:
    real.write(app_text(), app_text("api", platform="fake-plain"))
    found = survey(real.host(), "default")
    assert found.unasked == ("the platform fake-plain cannot look for what it has",)
    assert found.asked == ("fake",)


def test_the_platform_of_a_record_is_asked_when_the_file_has_another_now(real: RealShop) -> None:
    real.run("up")
    real.run("redeploy")
    lose(real, 1)
    real.write(platform="fake-plain")
    assert [each.sighting.number for each in survey(real.host(), "default").orphans] == [1]


def test_what_was_cut_off_is_told_with_what_it_meant_to_make(real: RealShop) -> None:
    cut(real, "made")
    found = survey(real.host(), "default")
    assert [each.resources[0].id for each in found.interrupted] == [None]
    assert found.orphans == ()


def test_before_anything_was_done_nothing_is_found_and_nothing_is_made(real: RealShop) -> None:
    found = survey(real.host(), "default")
    assert (found.asked, found.named, found.orphans) == (("fake",), 0, ())
    assert not (real.root / "state").exists()


def test_looking_changes_nothing_in_the_history(real: RealShop) -> None:
    real.run("up")
    lose(real, 1)
    before = real.host().store.version()
    survey(real.host(), "default")
    assert real.host().store.version() == before


def test_an_orphan_is_named_by_key_by_number_or_by_the_end_of_its_id(real: RealShop) -> None:
    real.run("up")
    deploy = real.operations("deploy")[0].id
    key = lose(real, 1)
    found = survey(real.host(), "default")
    for name in (key, "web#1", deploy[-6:], deploy[-6:].lower()):
        assert [each.sighting.key for each in chosen(found, [name])] == [key]
    with pytest.raises(UnknownNameError, match="web#2"):
        chosen(found, ["web#2"])


def test_a_name_that_several_have_is_refused(real: RealShop) -> None:
    real.run("up")
    real.run("redeploy")
    for number in (1, 2):
        lose(real, number)
    with real.world.change() as world:
        for each in world["deployments"].values():
            each["labels"]["milepost/number"] = "7"
    with pytest.raises(UsageError, match="'web#7' may be"):
        chosen(survey(real.host(), "default"), ["web#7"])


def test_those_of_other_workspaces_are_not_meant(real: RealShop) -> None:
    real.run("up", workspace="staging")
    key = lose(real, 1)
    with pytest.raises(UnknownNameError):
        chosen(survey(real.host(), "default"), [key])
    assert chosen(survey(real.host(), "staging"), [key])
