"""What one program prints on one stream: lines as they end, pieces of those that do not, nothing of a secret."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from milepost.host.feed import LONGEST, PATIENCE, REDRAWN_PATIENCE, Feed
from milepost.host.mask import Masker

SECRET = "hunter22-and-more"
PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nAoIBAQC7VJTUt9Us8cKj\nab==\n-----END KEY-----"


class Time:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def feed(*secrets: str, time: Time | None = None) -> Feed:
    masker = Masker()
    for each in secrets:
        assert masker.add(each)
    return Feed(masker, time or Time())


def test_whole_lines_are_told_at_once_and_the_rest_waits_for_its_end() -> None:
    made = feed()
    assert made.take("one\ntwo\nthr") == "one\ntwo\n"
    assert made.take("ee\n") == "three\n"
    assert made.is_empty


def test_a_line_that_does_not_end_is_told_as_far_as_it_has_come() -> None:
    time = Time()
    made = feed(time=time)
    assert made.take("Password: ") == ""
    assert made.late() == ""
    time.now += PATIENCE
    assert made.late() == "Password: "
    assert made.due is None
    assert not made.is_empty
    assert made.take("ok\n") == "ok\n"
    assert made.is_empty


def test_what_never_ends_is_told_in_pieces() -> None:
    made, told = feed(), 0
    for _ in range(100):
        piece = made.take("y" * 10_000)
        assert len(piece) <= LONGEST + 10_000
        told += len(piece)
    assert told > 100 * 10_000 - LONGEST - 10_000


@given(cuts=st.lists(st.integers(0, 60), max_size=5), late=st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_secret_that_comes_in_pieces_is_never_told(cuts: list[int], late: list[bool]) -> None:
    time = Time()
    text = f"the key is {SECRET} and {SECRET[:9]}\n{SECRET}{SECRET}!\n"
    made = feed(SECRET, time=time)
    places = [0, *sorted(cuts), len(text)]
    told = ""
    for begin, end, wait in zip(places, places[1:], late, strict=False):
        told += made.take(text[begin:end])
        if wait:
            time.now += PATIENCE
            told += made.late()
    told += made.end()
    assert told == f"the key is *** and {SECRET[:9]}\n******!\n"


def test_exactly_what_may_be_the_beginning_of_a_secret_is_held_back() -> None:
    time = Time()
    made = feed(SECRET, time=time)
    assert made.take("say hunter") == ""
    time.now += PATIENCE
    assert made.late() == "say "
    time.now += 60
    assert made.late() == ""
    assert made.take("s\n") == "hunters\n"


def test_half_a_secret_at_the_end_is_no_secret() -> None:
    made = feed(SECRET)
    made.take("say hunter")
    assert made.end() == "say hunter\n"


def test_a_pem_is_masked_line_by_line_however_it_comes() -> None:
    for cut in range(len(PEM)):
        made = feed(PEM)
        told = made.take(PEM[:cut]) + made.take(PEM[cut:] + "\n") + made.end()
        assert told == "***\n***\n***\n***\n***\n"


def test_short_lines_of_a_secret_are_held_back_until_they_are_none() -> None:
    made = feed("abc\ndef\nghi")
    assert made.take("abc\n") == ""
    assert made.take("def\n") == ""
    assert made.take("xyz\n") == "abc\ndef\nxyz\n"


def test_colours_inside_a_secret_do_not_hide_it() -> None:
    made = feed(SECRET)
    told = made.take(f"\x1b[1m{SECRET[:5]}\x1b[31m{SECRET[5:]}\x1b[0m done\n")
    assert told == "\x1b[1m***\x1b[31m\x1b[0m done\n"


def test_control_characters_inside_a_secret_do_not_hide_it() -> None:
    made = feed(SECRET)
    assert made.take(f"{SECRET[:5]}\x08\x1b[K{SECRET[5:]}\n") == "***\n"


def test_a_sequence_that_is_cut_in_two_does_not_show() -> None:
    time = Time()
    made = feed(time=time)
    made.take("red \x1b[3")
    time.now += PATIENCE
    assert made.late() == "red "
    assert made.take("1mhot\x1b[0m\n") == "\x1b[31mhot\x1b[0m\n"


def test_a_bar_that_is_drawn_again_and_again_is_told_in_its_last_state() -> None:
    made = feed()
    told = "".join(made.take(f"\r{percent}%") for percent in range(1000))
    assert told == ""
    assert made.take("\rdone\nnext\n") == "done\nnext\n"


def test_a_bar_that_takes_long_is_told_now_and_then() -> None:
    time = Time()
    made = feed(time=time)
    told = ""
    for percent in range(100):
        told += made.take(f"{percent}%\r") + made.late()
        time.now += 0.1
    assert 1 <= told.count("\n") <= 10 / REDRAWN_PATIENCE
    assert made.take("100%\n") == "100%\n"


def test_a_bar_that_begins_without_a_return_starts_a_line_of_its_own() -> None:
    time = Time()
    made = feed(time=time)
    made.take("1%")
    time.now += PATIENCE
    assert made.late() == "1%"
    assert made.take("\r2%\n") == "\n2%\n"


def test_ends_of_lines_as_windows_has_them_are_ends_of_lines() -> None:
    made = feed()
    assert made.take("one\r\ntwo\r") == "one\n"
    assert made.take("\nthree\r\n") == "two\nthree\n"


def test_a_line_without_an_end_gets_one_at_the_end() -> None:
    made = feed()
    made.take("last words")
    assert made.end() == "last words\n"
    assert made.end() == ""
