"""The doctor's look at the platforms."""

from __future__ import annotations

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.test_orphans import cut, lose
from milepost.host.doctor import Finding
from milepost.host.examination import examine, object_findings


def found(real: RealShop) -> list[Finding]:
    seen = examine(real.host())
    assert seen is not None
    return list(object_findings(seen))


def test_where_all_is_well_it_says_whom_it_asked(real: RealShop) -> None:
    real.run("up")
    (only,) = found(real)
    assert (only.level, only.what) == ("ok", "asked fake: 1 with a record")


def test_an_orphan_is_named_by_its_key_with_what_to_type(real: RealShop) -> None:
    real.run("up")
    real.run("redeploy")
    key = lose(real, 1)
    warning = found(real)[0]
    assert (warning.level, warning.hint) == ("warning", f"milepost orphans destroy {key} -w default")
    assert f"no record names object {key}, made as #1 by ada" in warning.what


def test_for_what_serves_the_hint_is_to_adopt_it(real: RealShop) -> None:
    real.run("up")
    key = lose(real, 1)
    warning = found(real)[0]
    assert warning.what.endswith("it serves")
    assert warning.hint == f"milepost orphans adopt {key} -w default"


def test_objects_of_another_history_name_it(real: RealShop) -> None:
    real.run("up")
    lose(real, 1)
    with real.world.change() as world:
        for each in world["deployments"].values():
            each["labels"]["milepost/store"] = "01ANOTHER"
    warning = found(real)[0]
    assert warning.what.endswith("it is of the history 01ANOTHER")
    assert "MILEPOST_HISTORY" in warning.hint


def test_a_record_whose_objects_are_gone_is_told(real: RealShop) -> None:
    real.run("up")
    with real.world.change() as world:
        world["deployments"].clear()
    warning = found(real)[0]
    assert warning.what == "web in default: #1 is recorded as released, and fake has nothing of it"


def test_what_could_not_be_asked_is_told(real: RealShop) -> None:
    real.run("up")
    real.world.trouble("find", "fail")
    (only,) = found(real)
    assert (only.level, only.what) == (
        "warning",
        "the platform fake cannot be asked: the fake was told to fail at find",
    )


def test_what_was_cut_off_tells_what_it_made_and_what_it_only_meant_to(real: RealShop) -> None:
    cut(real, "saved")
    (warning,) = [each for each in found(real) if "was interrupted" in each.what]
    (key,) = [each.resources[0].key for each in real.operations("deploy")]
    assert warning.what == f"web in default: #1's deploy was interrupted; it made object {key}"
    assert "milepost up web" in warning.hint


def test_without_a_project_there_is_nothing_to_examine(real: RealShop) -> None:
    (real.folder / "milepost.hcl").unlink()
    assert examine(real.host()) is None
