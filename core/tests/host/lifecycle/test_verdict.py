"""The verdict on a run."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.host.lifecycle.verdict import verdict
from milepost.sdk.errors import CancelledError, LockedError, RefusedError
from milepost.sdk.events import PhaseFinished
from milepost.sdk.record import Operation, Writer
from milepost.testing.clock import NOON

WRITER = Writer(pid=1, started="", boot="", host="")


def failed(app: str = "web", **fields: Any) -> PhaseFinished:
    usual = {"code": "operation", "exit_status": 1, "error": "no"}
    return PhaseFinished(at=NOON, app=app, phase="deploy", ok=False, **{**usual, **fields})


def done(stage: Any, status: Any = "success", app: str = "web", label: str = "") -> Operation:
    return Operation(
        id="1",
        run="1",
        number=1,
        project="shop",
        workspace="default",
        app=app,
        stage=stage,
        label=label or stage,
        status=status,
        started=NOON,
        writer=WRITER,
    )


def test_a_run_that_went_well() -> None:
    assert verdict((), None, (done("build"), done("release")), False) == ("success", 0, None)


def test_a_run_in_which_nothing_was_to_be_done_for_any_app() -> None:
    same = (done("build"), done("release", "unchanged"), done("release", "unchanged", "api"))
    assert verdict((), None, same, False)[:2] == ("unchanged", 0)
    assert verdict((), None, (*same, done("release", app="worker")), False)[:2] == ("success", 0)


def test_a_build_alone_is_not_unchanged() -> None:
    assert verdict((), None, (done("build"),), False)[0] == "success"


def test_the_first_real_failure_is_the_runs() -> None:
    both = (failed("web", code="dependency"), failed("db", error="broken", code="not-ready"))
    failure = verdict(both, None, (), False)[2]
    assert failure is not None
    assert (failure.code, failure.message) == ("not-ready", "db: broken")


@pytest.mark.parametrize(
    ("failures", "status"),
    [
        ((failed(),), 1),
        ((failed(exit_status=5, code="refused"),), 5),
        ((failed(exit_status=5, code="refused"), failed("db", code="dependency")), 5),
        ((failed(exit_status=5, code="refused"), failed("db")), 1),
        ((failed(live_changed=True), failed("db", exit_status=5)), 3),
    ],
)
def test_the_exit_status_of_failures(failures: tuple[PhaseFinished, ...], status: int) -> None:
    assert verdict(failures, None, (), False)[1] == status


@pytest.mark.parametrize(
    "other",
    [done("release", app="api"), done("destroy", app="api", label="close"), done("park", app="api", label="stop")],
)
def test_what_another_app_made_live_or_not_live_counts(other: Operation) -> None:
    assert verdict((failed(),), None, (other,), False)[1] == 3


@pytest.mark.parametrize("other", [done("deploy", app="api"), done("release", "unchanged", "api"), done("release")])
def test_what_changed_nothing_or_was_undone_does_not(other: Operation) -> None:
    assert verdict((failed(),), None, (other,), False)[1] == 1


def test_a_lock_that_was_not_got() -> None:
    error = LockedError("default/web", "ada", "noon", "up")
    assert verdict((), error, (), False)[:2] == ("error", 4)


def test_a_refusal() -> None:
    assert verdict((), RefusedError("no"), (), False)[:2] == ("refused", 5)


def test_a_cancel_is_130_unless_what_is_live_has_changed() -> None:
    assert verdict((failed(exit_status=130),), None, (), True)[:2] == ("cancelled", 130)
    assert verdict((), CancelledError("cancelled"), (), True)[:2] == ("cancelled", 130)
    assert verdict((failed(exit_status=130, live_changed=True),), None, (), True)[:2] == ("cancelled", 3)
