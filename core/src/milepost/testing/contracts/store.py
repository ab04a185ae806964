"""What each history store must do, as tests that the tests of a store inherit."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, HistoryStore, OutputLine


def run(id: str, **fields: Any) -> Document:
    """Return a run as a document, as a store gets it: without a number."""
    usual = {"id": id, "kind": "run", "workspace": "default", "verb": "up", "status": "running", "apps": ["web"]}
    return {**usual, **fields}


def operation(id: str, of: str, **fields: Any) -> Document:
    """Return an operation of the run `of` as a document."""
    usual = {"id": id, "kind": "operation", "run": of, "workspace": "default", "app": "web"}
    return {**usual, "stage": "build", "status": "running", **fields}


def ids(documents: list[Document]) -> list[str]:
    """Return the ids of the documents in their order."""
    return [each["id"] for each in documents]


def line(number: int, text: str) -> OutputLine:
    """Return a line of output."""
    return OutputLine(number, "2026-01-02T03:04:05+00:00", "plugin", "stdout", text)


class HistoryStoreContract:
    """Inherit it and give a fixture `store` that returns a new, empty store; `again` where a second opening exists."""

    @pytest.fixture
    def store(self) -> HistoryStore:
        """Return an empty store of the kind that is tested."""
        raise NotImplementedError(f"{type(self).__name__} must have a fixture named store")

    def again(self, store: HistoryStore) -> HistoryStore:
        """Return the same store as another process would open it; a store that cannot be shared returns itself."""
        return store

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

    def test_the_latest_come_newest_first(self, store: HistoryStore) -> None:
        """The order is that of appending, not that of ids."""
        for each in ("RC", "RA", "RB"):
            store.append(run(each))
        assert ids(store.latest("run", {})) == ["RB", "RA", "RC"]

    def test_a_limit_takes_the_newest(self, store: HistoryStore) -> None:
        """The limit counts what fits, not what was looked at."""
        for place in range(6):
            store.append(run(f"R{place}", workspace="staging" if place % 2 else "default"))
        assert ids(store.latest("run", {"workspace": "default"}, limit=2)) == ["R4", "R2"]

    def test_pages_follow_each_other_without_gap_or_repetition(self, store: HistoryStore) -> None:
        """`before` is the id of the last one of the page before, also when newer ones came in between."""
        for place in range(7):
            store.append(run(f"R{place}"))
        seen: list[str] = []
        while page := store.latest("run", {}, limit=3, before=seen[-1] if seen else None):
            seen += ids(page)
            store.append(run(f"later{len(seen)}"))
        assert seen == [f"R{place}" for place in range(6, -1, -1)]

    def test_documents_of_one_kind_do_not_show_among_another(self, store: HistoryStore) -> None:
        """Runs and operations are lists of their own."""
        store.append(run("R1"))
        store.append(operation("O1", "R1"))
        assert ids(store.latest("run", {})) == ["R1"]
        assert ids(store.latest("operation", {})) == ["O1"]

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"run": "R1"}, ["O3", "O2", "O1"]),
            ({"number": 2}, ["O4"]),
            ({"workspace": "staging"}, ["O4"]),
            ({"app": "api"}, ["O3"]),
            ({"app": "web", "workspace": "default"}, ["O2", "O1"]),
            ({"app": "web", "workspace": "default", "stage": "deploy"}, ["O2"]),
            ({"app": "web", "workspace": "default", "presence": ["staged", "parked"]}, ["O2"]),
            ({"stage": ["build", "release"]}, ["O4", "O3", "O1"]),
            ({"app": ["web", "api"], "workspace": "default"}, ["O3", "O2", "O1"]),
            ({"status": "running"}, ["O4", "O1"]),
            ({"status": "running", "workspace": "staging", "app": "web"}, ["O4"]),
            ({"status": ["success", "running"], "run": ["R1", "R2"]}, ["O4", "O2", "O1"]),
            ({"status": "error"}, ["O3"]),
            ({"target": "O2"}, ["O3"]),
            ({"stage": []}, []),
            ({"app": "nobody"}, []),
        ],
    )
    def test_indexed_fields_select(self, store: HistoryStore, where: dict[str, Any], found: list[str]) -> None:
        """Each field that the protocol names selects, alone and with others, by one value or by several."""
        store.append(run("R1"))
        store.append(run("R2"))
        store.append(operation("O1", "R1"))
        store.append(operation("O2", "R1", stage="deploy", status="success", presence="staged"))
        store.append(operation("O3", "R1", app="api", stage="release", status="error", target="O2"))
        store.append(operation("O4", "R2", workspace="staging"))
        assert ids(store.latest("operation", where)) == found

    def test_runs_are_found_by_their_verb(self, store: HistoryStore) -> None:
        """Rollback looks for the runs that can have released."""
        store.append(run("R1", verb="rollback"))
        store.append(run("R2"))
        assert ids(store.latest("run", {"verb": ["rollback", "promote"]})) == ["R1"]

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

    def test_ids_are_found_by_their_end(self, store: HistoryStore) -> None:
        """Of the kind that is asked for only, newest first."""
        store.append(run("01AAAA7K2Q"))
        store.append(run("01BBBB7K2Q"))
        store.append(operation("01CCCC7K2Q", "01AAAA7K2Q"))
        assert ids(store.ending_with("run", "7K2Q")) == ["01BBBB7K2Q", "01AAAA7K2Q"]
        assert ids(store.ending_with("operation", "C7K2Q")) == ["01CCCC7K2Q"]
        assert store.ending_with("run", "%") == []

    def test_at_most_ten_are_found_by_their_end(self, store: HistoryStore) -> None:
        """They are for a message that asks for more characters."""
        for place in range(12):
            store.append(run(f"R{place:02}SAME"))
        assert len(store.ending_with("run", "SAME")) == 10

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

    def test_a_lock_has_one_holder(self, store: HistoryStore) -> None:
        """The second one is refused, and sees who has it."""
        first, second = store.lock("web default"), self.again(store).lock("web default")
        assert first.acquire({"who": "first"})
        try:
            assert not second.acquire({"who": "second"})
            assert second.holder() == {"who": "first"}
        finally:
            first.release()
        assert second.holder() is None
        assert second.acquire({"who": "second"})
        second.release()

    def test_locks_of_other_names_are_free(self, store: HistoryStore) -> None:
        """Names may hold any character, and differ by any."""
        names = ("web/default", "web%2fdefault", "Web/Default", "..", "ä b")
        held = [store.lock(name) for name in names]
        try:
            assert [each.acquire({"who": name}) for each, name in zip(held, names, strict=True)] == [True] * len(names)
            assert store.locks() == {name: {"who": name} for name in names}
        finally:
            for each in held:
                each.release()
        assert store.locks() == {}

    def test_a_lock_that_nobody_ever_took_is_free(self, store: HistoryStore) -> None:
        """Asking makes nothing."""
        assert store.lock("web").holder() is None
        assert store.locks() == {}

    def test_releasing_a_lock_that_is_not_held_does_nothing(self, store: HistoryStore) -> None:
        """Clean-up may always release."""
        holder = store.lock("web")
        assert holder.acquire({"who": "holder"})
        try:
            store.lock("web").release()
            assert store.lock("web").holder() == {"who": "holder"}
        finally:
            holder.release()
            holder.release()

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

    def test_output_reads_back_in_order_from_any_line(self, store: HistoryStore) -> None:
        """Batches follow each other; an operation has its own lines only."""
        store.append(run("R1"))
        for each in ("O1", "O2"):
            store.append(operation(each, "R1"))
        store.write_output("O1", [line(1, "one"), line(2, "two")])
        store.write_output("O2", [line(1, "other")])
        store.write_output("O1", [line(3, "three: ä 🚢\ttab")])
        assert store.read_output("O1") == [line(1, "one"), line(2, "two"), line(3, "three: ä 🚢\ttab")]
        assert store.read_output("O1", after=2) == [line(3, "three: ä 🚢\ttab")]
        assert store.read_output("O2") == [line(1, "other")]

    def test_an_operation_that_printed_nothing_has_no_output(self, store: HistoryStore) -> None:
        """Nor has one that is not there."""
        store.write_output("O1", [])
        assert store.read_output("O1") == []
        assert store.read_output("nothing") == []

    def test_a_line_written_twice_is_there_once(self, store: HistoryStore) -> None:
        """A writer that does not know whether a batch arrived may send it again."""
        store.write_output("O1", [line(1, "one"), line(2, "two")])
        store.write_output("O1", [line(2, "two"), line(3, "three")])
        assert [each.text for each in store.read_output("O1")] == ["one", "two", "three"]
