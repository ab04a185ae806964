"""What each history store does with its documents, as tests that the tests of a store inherit."""

from __future__ import annotations

import threading
import time

import pytest

from milepost.sdk.errors import HistoryError
from milepost.sdk.store import HistoryStore
from milepost.testing.contracts.store_opening import StoreContract, ids, line, operation, run


class StoreDocumentsContract(StoreContract):
    """Documents are added, replaced, admitted, removed and watched."""

    def test_runs_are_numbered_from_one(self, store: HistoryStore) -> None:
        """The store gives the numbers, in order."""
        assert [store.append(run(each)) for each in ("R1", "R2", "R3")] == [1, 2, 3]

    def test_an_operation_has_the_number_of_its_run(self, store: HistoryStore) -> None:
        """The number is in what `append` returns and in the document."""
        store.append(run("R1"))
        number = store.append(run("R2"))
        assert store.append(operation("O1", "R2")) == number
        found = store.get("O1")
        assert found is not None
        assert found["number"] == number

    def test_an_operation_of_an_unknown_run_is_refused(self, store: HistoryStore) -> None:
        """A run is recorded before anything it does."""
        with pytest.raises(HistoryError, match="R9"):
            store.append(operation("O1", "R9"))
        assert store.get("O1") is None

    def test_a_document_reads_back_as_it_was_written(self, store: HistoryStore) -> None:
        """JSON values of all kinds survive, with the number added."""
        written = run("R1", why="à la carte \udcff \u0000 🚢", nested={"list": [1, 2.5, None, True, {"a": "b"}]})
        store.append(written)
        assert store.get("R1") == {**written, "number": 1}

    def test_what_a_caller_changes_afterwards_is_not_in_the_store(self, store: HistoryStore) -> None:
        """A document that was handed over or handed out is a copy."""
        written = run("R1", nested={"key": "as recorded"})
        store.append(written)
        written["nested"]["key"] = "changed"
        handed_out = store.get("R1")
        assert handed_out is not None
        handed_out["nested"]["key"] = "changed"
        found = store.get("R1")
        assert found is not None
        assert found["nested"] == {"key": "as recorded"}

    def test_an_unknown_id_is_none(self, store: HistoryStore) -> None:
        """Asking for what is not there is no error."""
        assert store.get("nothing") is None

    def test_appending_the_same_id_again_changes_nothing(self, store: HistoryStore) -> None:
        """The second time returns the number of the first, and does not use one up."""
        store.append(run("R1", why="first"))
        assert store.append(run("R1", why="second")) == 1
        found = store.get("R1")
        assert found is not None
        assert found["why"] == "first"
        assert store.append(run("R2")) == 2

    def test_an_amended_document_is_found_by_what_it_says_now(self, store: HistoryStore) -> None:
        """The indexed fields follow the document; its place and its number stay."""
        store.append(run("R1"))
        store.append(run("R2"))
        store.amend([run("R1", status="success")])
        assert ids(store.latest("run", {"status": "running"})) == ["R2"]
        assert ids(store.latest("run", {})) == ["R2", "R1"]
        found = store.get("R1")
        assert found is not None
        assert found["number"] == 1

    def test_amending_is_all_or_nothing(self, store: HistoryStore) -> None:
        """One document that was never appended, and none of them changes."""
        store.append(run("R1"))
        with pytest.raises(HistoryError, match="R9"):
            store.amend([run("R1", status="success"), run("R9", status="success")])
        found = store.get("R1")
        assert found is not None
        assert found["status"] == "running"
        assert store.get("R9") is None

    def test_the_version_grows_with_each_change_by_another(self, store: HistoryStore) -> None:
        """Whoever watches need only compare numbers."""
        other = self.again(store)
        seen = [store.version()]
        for change in (
            lambda: other.append(run("R1")),
            lambda: other.amend([run("R1", status="success")]),
            lambda: other.ask_cancel("R1"),
            lambda: other.append(operation("O1", "R1")),
            lambda: other.write_output("O1", [line(1, "one")]),
            lambda: other.write_output("O1", [line(2, "two")]),
        ):
            change()
            seen.append(store.version())
        assert seen == sorted(set(seen))
        assert store.version() == seen[-1]

    def test_what_one_writes_another_reads(self, store: HistoryStore) -> None:
        """Two who opened the same store see the same, and number together."""
        other = self.again(store)
        assert (store.append(run("R1")), other.append(run("R2"))) == (1, 2)
        assert ids(store.latest("run", {})) == ids(other.latest("run", {})) == ["R2", "R1"]
        assert store.id == other.id

    def test_a_wish_to_cancel_reaches_the_run_and_no_other(self, store: HistoryStore) -> None:
        """It stays, however often it is asked."""
        store.append(run("R1"))
        store.append(run("R2"))
        other = self.again(store)
        assert not store.cancel_asked("R1")
        other.ask_cancel("R1")
        other.ask_cancel("R1")
        assert store.cancel_asked("R1")
        assert not store.cancel_asked("R2")

    def test_operations_are_counted_by_app_and_stage(self, store: HistoryStore) -> None:
        """The third deploy of web is its third, whatever else happened in between."""
        store.append(run("R1"))
        for each in ("O1", "O2"):
            store.append(operation(each, "R1", stage="deploy"))
        store.append(operation("O3", "R1", stage="deploy", app="api"))
        store.append(operation("O4", "R1", stage="build"))
        store.append(operation("O5", "R1", stage="deploy", workspace="staging"))
        found = [each["sequence"] for each in store.latest("operation", {}, oldest=True)]
        assert found == [1, 2, 1, 1, 3]
        assert "sequence" not in (store.get("R1") or {})

    def test_what_the_store_gave_stays_when_a_document_is_replaced(self, store: HistoryStore) -> None:
        """A writer need not know number and sequence."""
        store.append(run("R1"))
        store.append(operation("O1", "R1"))
        store.append(operation("O2", "R1"))
        store.amend([operation("O2", "R1", status="success", number=7, sequence=9)])
        found = store.get("O2") or {}
        assert (found["status"], found["number"], found["sequence"]) == ("success", 1, 2)

    def test_no_number_is_given_twice_whatever_is_removed(self, store: HistoryStore) -> None:
        """Neither that of a run nor the sequence of an operation."""
        for each in ("R1", "R2"):
            store.append(run(each))
        store.append(operation("O1", "R2"))
        store.remove(["O1", "R2", "R1"])
        assert store.append(run("R3")) == 3
        store.append(operation("O2", "R3"))
        assert (store.get("O2") or {})["sequence"] == 2

    def test_what_is_removed_is_not_found_any_more(self, store: HistoryStore) -> None:
        """Neither by its id, nor by what it says; its output goes with it. What is not there is no error."""
        store.append(run("R1", labels={"team": "blue"}))
        store.append(run("R2", labels={"team": "blue"}))
        store.append(operation("O1", "R1", labels={"team": "blue"}))
        store.write_output("O1", [line(1, "one")])
        version = store.version()
        store.remove(["O1", "R1", "nothing"])
        assert store.version() > version
        assert (store.get("R1"), store.get("O1"), store.read_output("O1")) == (None, None, [])
        assert store.latest("operation", {"label": "team=blue"}) == []
        assert ids(store.latest("run", {"label": "team=blue"})) == ["R2"]
        assert store.check() == []

    def test_a_document_that_was_removed_can_be_added_again(self, store: HistoryStore) -> None:
        """Nothing of it is left in the way."""
        store.append(run("R1", labels={"team": "blue"}))
        store.remove(["R1"])
        assert store.append(run("R1", labels={"team": "red"})) == 2
        assert ids(store.latest("run", {"label": "team=red"})) == ["R1"]

    def test_documents_of_another_store_keep_their_numbers_and_use_none_up(self, store: HistoryStore) -> None:
        """Theirs are that store's: two runs may have the number 7."""
        store.append(run("R1"))
        brought = [
            run("R7", number=7, store="laptop"),
            operation("O7", "R7", number=7, sequence=4, store="laptop"),
        ]
        assert store.admit(brought) == 2
        assert store.get("R7") == brought[0]
        assert store.get("O7") == brought[1]
        assert store.append(run("R2")) == 2
        store.append(operation("O1", "R2"))
        assert (store.get("O1") or {})["sequence"] == 1
        assert ids(store.latest("run", {"store": "laptop"})) == ["R7"]

    def test_no_new_run_gets_the_number_of_an_own_one_that_was_admitted(self, store: HistoryStore) -> None:
        """A history that is moved goes on with the next number."""
        assert store.admit([run("R9", number=9), operation("O9", "R9", number=9, sequence=5)]) == 2
        assert store.append(run("R10")) == 10
        store.append(operation("O10", "R10"))
        assert (store.get("O10") or {})["sequence"] == 6

    def test_admitting_the_same_again_changes_nothing(self, store: HistoryStore) -> None:
        """What is there stays as it is, whatever is brought."""
        store.append(run("R1", why="here"))
        assert store.admit(iter([run("R1", number=5, why="there"), run("R2", number=2)])) == 1
        assert store.admit([run("R2", number=2)]) == 0
        found = store.get("R1") or {}
        assert (found["why"], found["number"]) == ("here", 1)

    def test_what_is_older_comes_before_all_that_is_there(self, store: HistoryStore) -> None:
        """Or what was brought back would pass for new; without the word it comes after all."""
        store.append(run("R5", started="2026-01-05T00:00:00Z"))
        assert store.admit([run("R4", number=4, store="a"), run("R3", number=3, store="a")], older=True) == 2
        store.admit([run("R6", number=6, store="a")])
        store.append(run("R7"))
        assert ids(store.latest("run", {}, oldest=True)) == ["R3", "R4", "R5", "R6", "R7"]
        assert ids(store.latest("run", {"store": "a"}, limit=2)) == ["R6", "R4"]
        assert ids(store.latest("run", {}, limit=2, before="R5")) == ["R4", "R3"]
        assert store.check() == []

    def test_one_who_watches_is_told_of_a_change_by_another(self, store: HistoryStore) -> None:
        """At once, and not after the time that it would wait at the most."""
        other = self.again(store)
        version = store.version()
        seen: list[int] = []
        watcher = threading.Thread(target=lambda: seen.append(store.watch(version, 60)))
        began = time.monotonic()
        watcher.start()
        other.append(run("R1"))
        watcher.join(60)
        assert seen == [store.version()]
        assert seen[0] > version
        assert time.monotonic() - began < 30

    def test_one_who_watches_in_vain_hears_the_same_version(self, store: HistoryStore) -> None:
        """After the time it gave; at once when something has happened already."""
        version = store.version()
        assert store.watch(version, 0.05) == version
        store.append(run("R1"))
        assert store.watch(version, 60) == store.version()

    def test_a_sound_store_has_nothing_to_tell(self, store: HistoryStore) -> None:
        """After all kinds of changes."""
        store.append(run("R1", labels={"team": "blue"}, started="2026-01-02T03:04:05Z"))
        store.append(operation("O1", "R1"))
        store.amend([operation("O1", "R1", status="success", labels={"team": "red"})])
        store.admit([run("R7", number=7, store="laptop")])
        assert store.check() == []

    def test_a_store_knows_itself(self, store: HistoryStore) -> None:
        """What `store stats` shows."""
        store.append(run("R1"))
        facts = store.facts()
        assert set(facts) >= {"id", "project", "origin", "made", "schema", "size"}
        assert facts["id"] == store.id
        assert facts["size"] > 0

    def test_closing_twice_is_no_error(self, store: HistoryStore) -> None:
        """Clean-up may always close; what was written is there for others."""
        other = self.again(store)
        store.append(run("R1"))
        store.close()
        store.close()
        if other is not store:
            assert ids(other.latest("run", {})) == ["R1"]
