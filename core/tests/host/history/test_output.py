from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

from milepost.host.history.output import OutputLog
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
