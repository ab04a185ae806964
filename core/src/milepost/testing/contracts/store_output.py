"""What each history store does with output, as tests that the tests of a store inherit."""

from __future__ import annotations

from milepost.sdk.store import HistoryStore
from milepost.testing.contracts.store_opening import StoreContract, line, operation, run


class StoreOutputContract(StoreContract):
    """Output is added line by line, and reads back in order."""

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

    def test_sealed_output_reads_as_before_and_takes_more(self, store: HistoryStore) -> None:
        """Packing is nobody's business but the store's."""
        store.append(run("R1"))
        store.append(operation("O1", "R1"))
        lines = [line(number, f"line {number} " + "x" * 80) for number in range(1, 400)]
        store.write_output("O1", lines)
        store.seal_output("O1")
        store.seal_output("O1")
        store.write_output("O1", [line(399, "again"), line(400, "late")])
        assert store.read_output("O1") == [*lines, line(400, "late")]
        assert [each.number for each in store.read_output("O1", after=397)] == [398, 399, 400]
        store.seal_output("O1")
        assert len(self.again(store).read_output("O1")) == 400
        store.seal_output("nothing")

    def test_output_can_be_dropped_and_its_operation_stays(self, store: HistoryStore) -> None:
        """That of others stays too; whoever watches sees that something has changed."""
        store.append(run("R1"))
        for each in ("O1", "O2"):
            store.append(operation(each, "R1"))
            store.write_output(each, [line(1, "one"), line(2, "two")])
        store.seal_output("O1")
        version = store.version()
        store.drop_output(["O1", "nothing"])
        assert store.version() > version
        assert store.read_output("O1") == []
        assert len(store.read_output("O2")) == 2
        assert store.get("O1") is not None

    def test_who_watches_sees_new_output(self, store: HistoryStore) -> None:
        """Also after a part of the output was dropped."""
        other = self.again(store)
        other.write_output("O1", [line(each, "x") for each in range(1, 9)])
        version = store.version()
        other.drop_output(["O1"])
        other.write_output("O2", [line(1, "one")])
        assert store.watch(version, 60) > version
