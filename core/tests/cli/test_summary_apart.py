"""The last words of a run of several apps, and of one that failed or was cancelled."""

from __future__ import annotations

from milepost.sdk.deployment import Release
from milepost.sdk.record import Evidence, Failure

from .ended import Ended, a_run, an_operation, known, told

OLD = an_operation("01B", "deploy", 112, presence="parked")
RELEASED = an_operation("01C", "release", 112, target="01B", release=Release())
NEW = an_operation("01D", "deploy", presence="released")
RELEASE = an_operation("01F", "release", target="01D", previous="01B", release=Release())


def test_after_a_rollback_to_several_runs_each_app_has_its_way_forward() -> None:
    mine = [
        an_operation("01V1", "deploy", 110, app="api", presence="parked"),
        an_operation("01V2", "release", 110, app="api", target="01V1", release=Release()),
        an_operation("01V3", "deploy", 115, app="api"),
        an_operation("01V4", "release", 115, app="api", target="01V3", release=Release()),
    ]
    api = an_operation("01Z1", "release", 119, app="api", target="01V1", release=Release())
    web = an_operation("01Z", "release", 119, target="01B", release=Release())
    ended = Ended(a_run(verb="rollback", number=119, apps=("web", "api")), (web, api))
    lines = told(ended, known(OLD, RELEASED, NEW, RELEASE, *mine))
    assert lines[-2:] == [
        "Undo  milepost rollback web --to 118 -w production",
        "      milepost rollback api --to 115 -w production",
    ]


def test_what_is_kept_and_pruned_of_several_apps_is_told_by_app() -> None:
    mine = [
        an_operation("01V1", "deploy", 112, app="api", presence="destroyed"),
        an_operation("01V3", "deploy", 115, app="api", presence="parked"),
        an_operation("01V4", "release", 115, app="api", target="01V3", release=Release()),
        an_operation("01V5", "deploy", 119, app="api"),
    ]
    api = an_operation("01Z1", "release", 119, app="api", target="01V5", release=Release())
    gone = an_operation("01Z2", "destroy", 119, app="api", target="01V1")
    lines = told(Ended(a_run(number=119, apps=("web", "api")), (api, gone)), known(*mine))
    assert "Kept  api #115 (parked)   pruned api #112" in lines


def test_a_traceback_is_told_once_and_only_its_end() -> None:
    trace = "\n".join(f"line {number}" for number in range(20))
    evidence = tuple(Evidence(title=f"last lines of web.{number}", text=trace) for number in (1, 2))
    failure = Failure(code="x", message=f"web ended\n{trace}")
    failed = an_operation("01D", "deploy", 119, status="error", failure=failure, evidence=evidence)
    lines = told(Ended(a_run(number=119, status="error"), (failed,), 1))
    assert [line.split()[-1] for line in lines if "line " in line] == [str(number) for number in range(8, 20)]
    assert not [line for line in lines if "last lines" in line]


def test_a_cancelled_deploy_is_not_to_be_kept() -> None:
    failure = Failure(code="cancelled", message="cancelled by Ctrl-C")
    failed = an_operation("01D", "deploy", 119, status="cancelled", failure=failure)
    assert not [line for line in told(Ended(a_run(number=119), (failed,), 130)) if "--keep-failed" in line]
