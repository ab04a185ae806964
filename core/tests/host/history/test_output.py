from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

from milepost.host.history.database import APPLICATION
from milepost.host.history.output import OutputLog
from milepost.host.history.passage import Passage, Printed
from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import OutputLine

WRITERS, ROUNDS = 4, 100
"""Threads that begin at once, and how often they do."""


def line(number: int, text: str) -> OutputLine:
    return OutputLine(number, "2026-01-02T03:04:05+00:00", "hook before", "stderr", text)


def test_a_store_without_output_has_no_file_for_it(store: SqliteStore) -> None:
    assert store.read_output("O1") == []
    assert store.version() == 0
    assert not (Path(store.place) / "output.sqlite").exists()


def test_bytes_that_are_no_text_are_spelt_out(store: SqliteStore) -> None:
    store.write_output("O1", [line(1, b"caf\xe9 \x00 end".decode("utf-8", "surrogateescape"))])
    assert store.read_output("O1") == [line(1, "caf\\udce9 \x00 end")]


def test_a_reader_sees_output_that_begins_after_it_opened(tmp_path: Path) -> None:
    reader, writer = OutputLog(tmp_path), OutputLog(tmp_path)
    assert reader.read("O1", 0) == []
    writer.write("O1", [line(1, "first")])
    assert reader.read("O1", 0) == [line(1, "first")]
    reader.close()
    writer.close()


def test_those_who_print_first_at_the_same_instant_all_find_the_file_theirs(tmp_path: Path) -> None:
    gate = Barrier(WRITERS)

    def write(number: int) -> None:
        for each in range(ROUNDS):
            gate.wait()
            with closing(OutputLog(tmp_path / str(each))) as log:
                try:
                    log.write(f"O{number}", [line(1, "first")])
                except HistoryError:
                    gate.abort()
                    raise

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with closing(OutputLog(tmp_path / "0")) as log:
        assert [log.read(f"O{number}", 0) for number in range(WRITERS)] == [[line(1, "first")]] * WRITERS


def test_a_line_number_is_found_without_reading_what_lies_before(store: SqliteStore) -> None:
    store.write_output("O1", [line(1, "one")])
    connection = sqlite3.connect(Path(store.place) / "output.sqlite")
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT packed, body FROM block WHERE operation = ? AND last > ? ORDER BY last", ("O1", 1)
    ).fetchall()
    connection.close()
    assert [row[-1] for row in plan] == ["SEARCH block USING INDEX block_line (operation=? AND last>?)"]


def numbered(count: int, first: int = 1, size: int = 60) -> list[OutputLine]:
    return [line(first + each, f"{first + each} ".ljust(size, ".")) for each in range(count)]


def blocks(store: SqliteStore) -> list[tuple[int, int, int]]:
    with closing(sqlite3.connect(Path(store.place) / "output.sqlite")) as connection:
        return connection.execute("SELECT first, last, packed FROM block ORDER BY first").fetchall()


def test_sealed_output_takes_less_room_and_reads_the_same(store: SqliteStore) -> None:
    lines = numbered(3000)
    for start in range(0, 3000, 100):
        store.write_output("O1", lines[start : start + 100])
    before = Path(store.place, "output.sqlite").stat().st_size, len(blocks(store))
    version = store.version()
    store.seal_output("O1")
    assert store.read_output("O1") == lines
    assert [packed for _, _, packed in blocks(store)] == [1] * len(blocks(store))
    assert len(blocks(store)) < before[1] / 4
    with closing(sqlite3.connect(Path(store.place) / "output.sqlite")) as connection:
        (size,) = connection.execute("SELECT sum(length(body)) FROM block").fetchone()
    assert size < sum(len(each.text) for each in lines) / 4
    assert store.version() >= version


def test_a_line_is_reached_without_unpacking_what_lies_before(store: SqliteStore) -> None:
    lines = numbered(5000)
    store.write_output("O1", lines)
    store.seal_output("O1")
    assert len(blocks(store)) > 3
    with closing(sqlite3.connect(Path(store.place) / "output.sqlite")) as connection:
        connection.execute("UPDATE block SET body = x'00' WHERE first = 1")
        connection.commit()
    assert store.read_output("O1", after=4990) == lines[4990:]


def test_more_lines_after_the_end_are_no_error(store: SqliteStore) -> None:
    store.write_output("O1", numbered(500))
    store.seal_output("O1")
    store.write_output("O1", numbered(500, 501))
    store.write_output("O1", numbered(700, 401))
    store.seal_output("O1")
    store.seal_output("O1")
    assert store.read_output("O1") == numbered(1100)


def test_lines_that_were_left_out_can_come_later(store: SqliteStore) -> None:
    store.write_output("O1", [line(1, "one"), line(9, "nine")])
    store.write_output("O1", [line(5, "five")])
    store.write_output("O1", [line(4, "four"), line(5, "other"), line(6, "six")])
    assert [each.number for each in store.read_output("O1")] == [1, 4, 5, 6, 9]
    assert [each.text for each in store.read_output("O1", after=4)] == ["five", "six", "nine"]


def test_passages_are_the_same_as_their_lines(store: SqliteStore) -> None:
    at = "2026-01-02T03:04:05+00:00"
    long = "x" * 50_000
    passages = [
        Passage(1, at, "plugin", "stdout", f"one\n\n{long}\n{long}\n", 4),
        Passage(5, at, "hook before", "stderr", "five\n", 1),
        Passage(9, at, "milepost", "say", "nine: \x1b[31mred\x1b[0m\n", 1),
    ]
    printed = Printed(passages)
    store.write_output("O1", printed)
    store.write_output("O2", list(printed))
    assert store.read_output("O1") == store.read_output("O2") == list(printed)
    assert [each.number for each in printed] == [1, 2, 3, 4, 5, 9]


def test_output_that_is_dropped_is_gone_and_the_version_does_not_go_back(store: SqliteStore) -> None:
    for each in ("O1", "O2", "O3"):
        store.write_output(each, numbered(10))
    version = store.version()
    store.drop_output(["O2", "O3", "O9"])
    assert (len(store.read_output("O1")), store.read_output("O2"), store.read_output("O3")) == (10, [], [])
    assert store.version() >= version
    store.write_output("O3", numbered(1))
    assert store.version() > version


def test_dropping_makes_no_file(store: SqliteStore) -> None:
    store.drop_output(["O1"])
    store.seal_output("O1")
    assert not (Path(store.place) / "output.sqlite").exists()


def test_a_file_with_a_row_for_each_line_is_brought_up(tmp_path: Path) -> None:
    lines = numbered(2000)
    with closing(sqlite3.connect(tmp_path / "output.sqlite")) as connection:
        connection.execute(
            "CREATE TABLE output (position INTEGER PRIMARY KEY, operation TEXT NOT NULL, number INTEGER NOT NULL, "
            "at TEXT NOT NULL, source TEXT NOT NULL, stream TEXT NOT NULL, text TEXT NOT NULL)"
        )
        connection.execute("CREATE UNIQUE INDEX output_line ON output (operation, number)")
        connection.executemany(
            "INSERT INTO output (operation, number, at, source, stream, text) VALUES ('O1', ?, ?, ?, ?, ?)", lines
        )
        connection.execute("INSERT INTO output VALUES (9000, 'O2', 1, '', 'plugin', 'say', 'hello')")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    with closing(OutputLog(tmp_path)) as log:
        log.write("O1", numbered(10, 2001))
        assert log.read("O1", 0) == numbered(2010)
        assert log.read("O2", 0) == [OutputLine(1, "", "plugin", "say", "hello")]
        assert log.version() > 9000
