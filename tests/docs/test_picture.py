"""The picture of a run: what a terminal is left with, and nothing fetched from elsewhere."""

from __future__ import annotations

import re

from bin.picture import drawn, screen
from tests.docs.page import ROOT


def test_what_was_drawn_over_is_not_in_the_picture() -> None:
    shown = "one\r\n\x1b[?25lbusy\r\n  line\r\n\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[32mdone\x1b[0m\r\n\x1b[?25h"
    assert screen(shown) == ["one", "\x1b[32mdone\x1b[0m"]


def test_a_picture_has_its_lines_and_fetches_nothing() -> None:
    picture = drawn(["$ milepost up", "\x1b[32mLIVE\x1b[0m  here"])
    assert "LIVE" in picture
    assert re.findall(r"url\(['\"]?(?!#)|@import", picture) == []


def test_the_picture_in_the_docs_is_of_a_run_that_went_live() -> None:
    picture = (ROOT / "docs" / "up.svg").read_text(encoding="utf-8")
    assert "LIVE" in picture
    assert "rollback" in picture
