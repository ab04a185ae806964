"""How a problem is drawn: the source line, and what is meant underlined where the reader sees it."""

from __future__ import annotations

import pytest

from milepost.host.language.source import Source
from milepost.sdk.problem import Problem, Related


def drawn(text: str, start: int, end: int, **more: object) -> list[str]:
    """Return the lines about a range of a text, without the first, which has the place and the message."""
    source = Source("milepost.hcl", text)
    [problem] = source.error([Problem("wrong", source.position(start, end), **more)]).problems  # type: ignore[arg-type]  # by their names
    return str(problem).splitlines()[1:]


@pytest.mark.parametrize(
    ("before", "meant", "line", "mark"),
    [
        ("a = ", "nme", "  a = nme", "      ^^^"),
        ("\ta = ", "nme", "      a = nme", "          ^^^"),
        ("a\t= ", "n\tm", "  a    = n    m", "         ^^^^^^"),
        ("日本 = ", "x", "  日本 = x", "         ^"),
        ("a = ", "日本", "  a = 日本", "      ^^^^"),
        ("e\u0301 = ", "x", "  e\u0301 = x", "      ^"),
        ("👩\u200d👧 = ", "x", "  👩\u200d👧 = x", "         ^"),
        ("a =", "", "  a =", "     ^"),
    ],
)
def test_what_is_meant_is_underlined_where_a_terminal_shows_it(before: str, meant: str, line: str, mark: str) -> None:
    assert drawn(before + meant, len(before), len(before + meant)) == [line, mark]


def test_a_range_over_several_lines_shows_the_first_and_the_last() -> None:
    text = "a = [\n  1,\n  2,\n]\n"
    assert drawn(text, 4, text.index("]") + 1) == ["  a = [", "      ^", "  …", "  ]", "  ^"]
    assert drawn("f(1,\n  2) + 3", 0, 9) == ["  f(1,", "  ^^^^", "    2) + 3", "    ^^"]


def test_a_range_that_ends_with_its_line_shows_that_line_alone() -> None:
    assert drawn("a = <<E\nb = 1\n", 4, 8) == ["  a = <<E", "      ^^^"]


@pytest.mark.parametrize(
    ("before", "after"), [(100, 100), (900, 9000), (0, 9000), (9000, 0), (0, 200), (300, 0), (20, 100)]
)
def test_of_a_long_line_the_part_around_the_range_is_drawn(before: int, after: int) -> None:
    line, mark = drawn("x" * before + "wrong" + "y" * after, before, before + 5)
    assert len(line) <= 80
    assert line[mark.index("^") : mark.rindex("^") + 1] == "wrong"


def test_a_range_longer_than_what_is_shown_is_underlined_to_the_end_of_that() -> None:
    line, mark = drawn("x" * 900, 0, 900)
    assert len(mark) == len(line)
    assert mark.count("^") >= 70


def test_another_place_is_shown_with_its_line() -> None:
    source = Source("milepost.hcl", "a = 1\nb = 2\na = 3\n")
    other = Related("it is set here already", source.position(0, 1))
    [problem] = source.error([Problem("twice", source.position(12, 13), hint="do", related=(other,))]).problems
    assert str(problem).splitlines() == [
        "milepost.hcl:3:1: twice",
        "  a = 3",
        "  ^",
        "  milepost.hcl:1:1: it is set here already",
        "  a = 1",
        "  ^",
        "  do",
    ]


def test_a_problem_that_was_told_before_stays_as_it_is() -> None:
    source = Source("milepost.hcl", "a = 1\n")
    told = source.told(Problem("wrong", source.position(0, 1)))
    assert source.told(told) == told
    assert Source("other.hcl", "b = 2\n").told(Problem("wrong", source.position(0, 1))).source == ""


def test_a_problem_without_a_place_is_its_message_and_its_hint() -> None:
    assert str(Problem("wrong", hint="do")) == "wrong\ndo"
