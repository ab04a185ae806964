"""Control characters in foreign output: what stays and what goes."""

from __future__ import annotations

import pytest

from milepost.host.escapes import UNENDED, begun, coloured, is_tame, plain, tame

RED, RESET = "\x1b[31m", "\x1b[0m"


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        (f"{RED}red{RESET}", f"{RED}red{RESET}"),
        ("\x1b[38;5;208mx\x1b[38:2::1:2:3my\x1b[m", "\x1b[38;5;208mx\x1b[38:2::1:2:3my\x1b[m"),
        ("up\x1b[2A\x1b[2K\x1b[1;1Hdown", "updown"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$r0m\x1b\\a\x1b_app\x1b\\b", "ab"),
        ("\x1b]52;c;aGk=\x07\x1b[?1049h\x1bc\x1b(Bx", "x"),
        ("a\x07\x08\x00\x7fb\tc", "ab\tc"),
        ("\x9b31mx\x9b2Jy", "xy"),
        ("ä 🚢 no control", "ä 🚢 no control"),
        ("a lone \x1b", "a lone "),
        ("10%\r20%\r30%", "30%"),
        ("10%\r20%\r", "20%"),
        ("\r\x1b[K10%\r\x1b[K", "10%"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
    ],
)
def test_colours_stay_and_what_else_steers_a_terminal_goes(printed: str, kept: str) -> None:
    assert tame(printed) == kept
    assert tame(kept) == kept


def test_without_colours_nothing_is_left_but_text() -> None:
    assert plain(f"{RED}red{RESET}\tand{UNENDED}\nnext") == "red\tand\nnext"
    assert is_tame(plain(f"{RED}\x1b]0;x\x07"))


def test_a_colour_goes_on_in_the_next_line_and_never_to_what_others_write() -> None:
    shown = coloured(f"a {RED}b\nc{RESET} d\ne")
    assert shown == f"a {RED}b{RESET}\n{RED}c{RESET} d\ne"


@pytest.mark.parametrize(
    "text", ["a\x1b", "a\x1b[", "a\x1b[31", "a\x1b[38;5;", "a\x1b]0;tit", "a\x1b]8;;x\x1b", "a\x9b3"]
)
def test_a_sequence_that_breaks_off_is_found(text: str) -> None:
    assert begun(text) == 1


@pytest.mark.parametrize("text", ["", "a", f"a{RED}", f"{RED}a", "\x1b]0;x\x07"])
def test_a_sequence_that_is_whole_is_not_waited_for(text: str) -> None:
    assert begun(text) == len(text)
