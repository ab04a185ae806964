"""The truth that comes late: what is recorded of a run whose lock somebody else has taken over."""

from __future__ import annotations

import pytest

from core.tests.host.history.faraway import LEASE, Database, Machine
from core.tests.host.history.machines import begin, operation, run
from milepost.host.history.delivery import LATE
from milepost.sdk.errors import LockLostError
from milepost.sdk.store import HistoryStore


def taken_over(laptop: Machine, ci: Machine, database: Database) -> HistoryStore:
    """Let the laptop be cut off, another machine take over and settle its deploy; return the laptop's store."""
    store = begin(laptop)
    store.append(operation())
    laptop.cut()
    database.time.passes(LEASE + 1)
    other = begin(ci, "R2")
    other.amend([operation(status="interrupted", failure={"code": "interrupted"})])
    return store


def test_the_truth_that_comes_late_wins_over_interrupted(laptop: Machine, ci: Machine, database: Database) -> None:
    store = taken_over(laptop, ci, database)
    store.amend([operation(status="error", failure={"code": "deadline"}, evidence=["why"])])
    laptop.mend()
    laptop.outbox.deliver()
    told = database.store.get("O1")
    assert (told["status"], told["failure"], told["evidence"]) == ("error", {"code": "deadline"}, ["why"])
    assert told["warnings"] == [LATE]


def test_what_comes_late_leaves_the_presence_that_a_newer_holder_gave(
    laptop: Machine, ci: Machine, database: Database
) -> None:
    store = taken_over(laptop, ci, database)
    ci.outbox.append(operation("O9", "R2", "destroy", target="O1"))
    ci.outbox.amend([operation(status="interrupted", presence="destroyed")])
    store.amend([operation(status="success", presence="staged")])
    laptop.mend()
    laptop.outbox.deliver()
    told = database.store.get("O1")
    assert (told["status"], told["presence"]) == ("success", "destroyed")


def test_what_comes_late_about_anothers_record_changes_nothing_once_somebody_else_has_acted(
    laptop: Machine, ci: Machine, database: Database
) -> None:
    older = operation("O0", "R0", status="success", presence="released")
    database.store.append(run("R0"))
    database.store.append(older)
    store = begin(laptop)
    store.append(operation())
    laptop.cut()
    store.amend([operation(status="success", presence="staged"), {**older, "presence": "parked"}])
    database.time.passes(LEASE + 1)
    begin(ci, "R2").append(operation("O9", "R2", "unpark"))
    laptop.mend()
    laptop.outbox.deliver()
    assert database.store.get("O1")["presence"] == "staged"
    assert database.store.get("O0")["presence"] == "released"


def test_what_was_intended_while_cut_off_is_told_to_whoever_cleans_up(
    laptop: Machine, ci: Machine, database: Database
) -> None:
    store = begin(laptop)
    store.append(operation())
    laptop.cut()
    store.amend([operation(resources=["a"])])
    database.time.passes(LEASE + 1)
    begin(ci, "R2").amend([operation(status="interrupted")])
    store.close()
    laptop.mend()
    laptop.opened().deliver_left()
    told = database.store.get("O1")
    assert (told["status"], told["resources"]) == ("interrupted", ["a"])


def test_a_truth_that_is_there_already_stays(laptop: Machine, ci: Machine, database: Database) -> None:
    store = taken_over(laptop, ci, database)
    ci.outbox.amend([operation(status="success", presence="released")])
    store.amend([operation(status="error")])
    laptop.mend()
    laptop.outbox.deliver()
    assert database.store.get("O1")["status"] == "success"


def test_after_a_late_delivery_the_holder_that_lost_its_lock_can_write_nothing(
    laptop: Machine, ci: Machine, database: Database
) -> None:
    store = taken_over(laptop, ci, database)
    store.amend([operation(status="error")])
    laptop.mend()
    laptop.outbox.deliver()
    with pytest.raises(LockLostError):
        store.append(operation("O2"))
