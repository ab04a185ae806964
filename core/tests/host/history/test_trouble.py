from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from milepost.host.history.trouble import told
from milepost.sdk.errors import HistoryError


def test_a_full_disk_says_that_what_was_recorded_is_safe(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA max_page_count = 3")
        connection.execute("CREATE TABLE document (body)")
        with pytest.raises(HistoryError, match="the disk is full") as caught, told(path):
            connection.execute("INSERT INTO document VALUES (?)", ("x" * 100_000,))
    assert "what was recorded is safe" in caught.value.hint
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


def test_a_writer_that_never_ends_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as writer, closing(sqlite3.connect(path, timeout=0)) as other:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError, match="written by another process") as caught, told(path):
            other.execute("BEGIN IMMEDIATE")
    assert caught.value.hint == "milepost lock list shows who works on it"


def test_a_fault_of_ours_is_not_taken_for_the_users(tmp_path: Path) -> None:
    connection = sqlite3.connect(":memory:")
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError), told(tmp_path):
        connection.execute("SELECT 1")


def test_an_error_of_the_system_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=f"Is a directory.*{tmp_path}"), told(tmp_path / "history.sqlite"):
        tmp_path.open("rb")
