"""A shared store that cannot be reached at times: what is kept, what is refused, and how it is delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tests.host.history.faraway import LEASE, Database, Machine
from core.tests.host.history.machines import begin, line, operation, run
from milepost.host.history.delivery import LATE
from milepost.sdk.errors import HistoryError, HistoryUnreachableError


def test_what_happens_while_it_is_cut_off_is_delivered_in_order(laptop: Machine, database: Database) -> None:
    store = begin(laptop)
    store.append(operation())
    laptop.cut()
    store.amend([operation(resources=["a"])])
    store.write_output("O1", [line(1)])
    store.amend([operation(resources=["a"], status="success", presence="staged")])
    store.seal_output("O1")
    assert database.store.get("O1")["status"] == "running"
    laptop.mend()
    store.append(operation("O2", stage="park"))
    assert database.store.get("O1")["status"] == "success"
    assert database.store.get("O1")["resources"] == ["a"]
    assert [each.text for each in database.store.read_output("O1")] == ["line 1"]
    assert [each["id"] for each in database.store.latest("operation", {})] == ["O2", "O1"]


def test_while_it_is_cut_off_a_process_reads_what_it_wrote(laptop: Machine) -> None:
    store = begin(laptop)
    laptop.cut()
    assert store.append(operation()) == 1
    store.amend([operation(presence="staged")])
    assert store.get("O1")["presence"] == "staged"


def test_a_new_run_is_refused_with_a_hint(laptop: Machine) -> None:
    laptop.cut()
    with pytest.raises(HistoryUnreachableError, match="a new run can only begin when it is recorded") as refused:
        laptop.outbox.append(run())
    assert "try again" in refused.value.hint
    assert laptop.outbox.waiting == 0


def test_an_operation_begins_only_while_the_lease_surely_holds(laptop: Machine, database: Database) -> None:
    store = begin(laptop)
    laptop.cut()
    database.time.passes(LEASE - 1)
    store.append(operation("O1"))
    database.time.passes(2)
    with pytest.raises(HistoryUnreachableError, match="may be somebody else's"):
        store.append(operation("O2"))


def test_what_goes_on_stops_when_the_lease_is_over_and_its_end_is_kept(laptop: Machine, database: Database) -> None:
    store = begin(laptop)
    store.append(operation())
    laptop.cut()
    store.amend([operation(resources=["a"])])
    database.time.passes(LEASE + 1)
    with pytest.raises(HistoryUnreachableError, match="may be somebody else's"):
        store.amend([operation(resources=["a", "b"])])
    store.amend([operation(resources=["a", "b"], status="error")])
    laptop.mend()
    store.lock("other").acquire({})
    laptop.outbox.deliver()
    assert database.store.get("O1")["status"] == "error"
    assert database.store.get("O1")["warnings"] == [LATE]


def test_a_release_waits_within_the_lease_and_is_not_begun_after_it(laptop: Machine, database: Database) -> None:
    store = begin(laptop)
    laptop.cut()
    began = database.time()
    with pytest.raises(HistoryUnreachableError, match="no traffic is moved") as stopped:
        store.append(operation(stage="release"))
    assert LEASE <= database.time() - began <= LEASE + 1
    assert "milepost release" in stopped.value.hint
    assert laptop.outbox.waiting == 0


def test_a_release_begins_as_soon_as_it_can_be_reached_again(laptop: Machine, database: Database) -> None:
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        laptop.link.reachable = len(waits) > 3

    laptop.outbox._pause = pause
    store = begin(laptop)
    laptop.cut()
    assert store.append(operation(stage="release")) == 1
    assert database.store.get("O1")["stage"] == "release"


def test_what_a_dead_process_left_is_delivered_by_the_next_one_of_that_machine(
    laptop: Machine, database: Database
) -> None:
    store = begin(laptop)
    laptop.cut()
    store.append(operation())
    store.amend([operation(status="success", presence="staged")])
    store.close()
    next_one = laptop.opened()
    with pytest.raises(HistoryUnreachableError):
        next_one.deliver_left()
    laptop.mend()
    assert next_one.deliver_left() == 2
    assert database.store.get("O1")["presence"] == "staged"
    assert next_one.deliver_left() == 0
    assert list(laptop.folder.iterdir()) == []


def test_what_a_living_process_keeps_is_left_to_it(laptop: Machine) -> None:
    store = begin(laptop)
    laptop.cut()
    store.append(operation())
    laptop.mend()
    assert laptop.opened().deliver_left() == 0
    assert laptop.outbox.waiting == 1


def test_delivering_twice_changes_nothing(laptop: Machine, database: Database) -> None:
    store = begin(laptop)
    laptop.cut()
    store.append(operation())
    store.write_output("O1", [line(1)])
    store.amend([operation(status="success", presence="staged")])
    store.close()
    (file,) = laptop.folder.iterdir()
    text = file.read_bytes()
    laptop.mend()
    laptop.opened().deliver_left()
    once = database.store.get("O1")
    file.write_bytes(text)
    laptop.opened().deliver_left()
    assert database.store.get("O1") == once
    assert len(database.store.read_output("O1")) == 1


def test_half_an_entry_was_promised_to_nobody(laptop: Machine, database: Database) -> None:
    store = begin(laptop)
    laptop.cut()
    store.append(operation())
    store.close()
    (file,) = laptop.folder.iterdir()
    with file.open("ab") as stream:
        stream.write(b'["amend","R1",[{"id":"O1","sta')
    laptop.mend()
    assert laptop.opened().deliver_left() == 1
    assert database.store.get("O1")["status"] == "running"


def test_what_the_store_refuses_is_set_aside_and_told_once(laptop: Machine, database: Database) -> None:
    store = begin(laptop)
    laptop.cut()
    store.append(operation())
    store.close()
    database.store.fence(())
    database.store.remove(["R1"])
    laptop.mend()
    with pytest.raises(HistoryError, match="1 entries of this machine could not be delivered") as told:
        laptop.opened().deliver_left()
    (kept,) = laptop.folder.iterdir()
    assert str(kept) in told.value.hint
    assert laptop.opened().deliver_left() == 0


def test_nobody_asked_to_cancel_while_nobody_can_tell(laptop: Machine) -> None:
    store = begin(laptop)
    store.ask_cancel("R1")
    laptop.cut()
    assert not store.cancel_asked("R1")
    laptop.mend()
    assert store.cancel_asked("R1")


def test_a_run_waits_for_what_it_has_to_read_and_others_do_not(
    laptop: Machine, ci: Machine, database: Database
) -> None:
    store = begin(laptop)
    laptop.cut()
    ci.cut()
    began = database.time()
    with pytest.raises(HistoryUnreachableError, match="the cable is cut"):
        ci.outbox.latest("run", {})
    assert database.time() == began
    with pytest.raises(HistoryUnreachableError, match="has to be read"):
        store.latest("run", {})
    assert database.time() >= began + LEASE


def test_one_that_cannot_be_reached_is_not_asked_at_each_line(laptop: Machine) -> None:
    store = begin(laptop)
    laptop.cut()
    before = laptop.link.asked
    for number in range(50):
        store.write_output("O1", [line(number)])
    assert laptop.link.asked == before + 1
    assert laptop.outbox.waiting == 50


def test_a_full_disk_is_told_and_leaves_no_half_entry(laptop: Machine, tmp_path: Path) -> None:
    store = begin(laptop)
    laptop.cut()
    laptop.folder.write_text("a file where the folder should be")
    with pytest.raises(Exception, match="laptop") as told:
        store.append(operation())
    assert told.type.__name__ == "HistoryError"
    assert laptop.outbox.waiting == 0
