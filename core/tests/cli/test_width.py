"""Tables on terminals: wide letters, narrow windows."""

from __future__ import annotations

import pytest

from milepost.cli.phrasing import columns
from milepost.cli.width import NARROWEST, cut, fitted, width


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\x1b[31mred\x1b[0m", 3), ("", 0), ("…", 1)]
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, cells: int) -> None:
    assert width(text) == cells


def test_columns_stand_under_each_other_beside_wide_letters() -> None:
    lines = columns([("WHY", "ID"), ("日本語", "1"), ("why", "2")])
    assert lines == ["WHY     ID", "日本語  1", "why     2"]


def test_the_widest_column_gives_way_in_a_narrow_window() -> None:
    lines = columns([("RUN", "WHY"), ("#118", "because of the invoices that were lost")], room=20)
    assert lines == ["RUN   WHY", "#118  because of the…"] or all(width(line) <= 20 for line in lines)
    assert lines[1].startswith("#118  because")
    assert lines[1].endswith("…")


def test_no_column_is_narrower_than_can_be_read() -> None:
    assert fitted([30, 40], 4) == [NARROWEST, NARROWEST]
    assert fitted([3, 40], 20) == [3, 17]
    assert fitted([3, 4], 20) == [3, 4]


def test_a_text_is_cut_between_letters() -> None:
    assert cut("日本語", 4) == "日…"
    assert cut("short", 5) == "short"
