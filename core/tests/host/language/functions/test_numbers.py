"""Functions on numbers: exact, and errors where there is no number."""

from decimal import Decimal
from typing import Any

import pytest

from milepost.host.language.functions.numbers import FUNCTIONS
from milepost.sdk.functions import FunctionError

CALLS = {each.name: each.call for each in FUNCTIONS}
HUGE = Decimal("12345678901234567890123456789012345678901234567890.5")
LOW = Decimal("-12345678901234567890123456789012345678901234567890.5")

RESULTS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("abs", (-1,), 1),
    ("abs", (Decimal("-1.5"),), Decimal("1.5")),
    ("abs", (LOW,), HUGE),
    ("ceil", (Decimal("-0.5"),), 0),
    ("ceil", (HUGE,), 12345678901234567890123456789012345678901234567891),
    ("floor", (Decimal("-0.5"),), -1),
    ("floor", (LOW,), -12345678901234567890123456789012345678901234567891),
    ("floor", (10**40,), 10**40),
    ("log", (8, 2), 3),
    ("log", (10, 2), Decimal("3.3219280948873626")),
    ("log", (1, 10), 0),
    ("log", (Decimal("0.5"), 2), -1),
    ("pow", (2, 64), 2**64),
    ("pow", (2, -1), Decimal("0.5")),
    ("pow", (3, -1), Decimal("0.3333333333333333")),
    ("pow", (0, 0), 1),
    ("pow", (0, 5), 0),
    ("pow", (Decimal("1.5"), 2), Decimal("2.25")),
    ("pow", (4, Decimal("0.5")), 2),
    ("pow", (-2, -3), Decimal("-0.125")),
    ("pow", (-1, 10**9 + 1), -1),
    ("pow", (10, 308), 10**308),
    ("pow", (10, -400), 0),
    ("pow", (Decimal("0.5"), 10**9), 0),
    ("max", (Decimal("1.5"), 1, -3), Decimal("1.5")),
    ("min", (Decimal("1.5"), 1, -3), -3),
    ("parseint", ("-ff", 16), -255),
    ("parseint", ("FF", 16), 255),
    ("parseint", ("+7", 10), 7),
    ("parseint", ("z", 36), 35),
    ("parseint", ("z", 62), 35),
    ("parseint", ("Z", 62), 61),
    ("signum", (Decimal("-0.5"),), -1),
    ("signum", (0,), 0),
    ("sum", ([1, Decimal("0.1"), Decimal("0.2"), Decimal("0.7")],), 2),
    ("sum", ([HUGE, HUGE],), 24691357802469135780246913578024691357802469135781),
]

FAILURES: list[tuple[str, tuple[Any, ...], int | None, str]] = [
    ("log", (0, 10), 0, "above zero"),
    ("log", (10, -1), 1, "above zero"),
    ("log", (10, 1), 1, "base 1"),
    ("log", (Decimal("1e-400"), 2), None, "close to zero"),
    ("pow", (0, -1), None, "zero cannot be raised"),
    ("pow", (-8, Decimal("0.5")), None, "whole powers"),
    ("pow", (10, 309), None, "308 digits"),
    ("pow", (7, 10**12), None, "308 digits"),
    ("pow", (10**300, Decimal("1.5")), None, "308 digits"),
    ("max", (), None, "at least one"),
    ("min", (), None, "at least one"),
    ("parseint", ("", 10), 0, "no digits"),
    ("parseint", ("-", 10), 0, "no digits"),
    ("parseint", ("12", 2), 0, '"2" is no digit of a number of base 2'),
    ("parseint", ("1_0", 10), 0, '"_"'),
    ("parseint", (" 1", 10), 0, '" "'),
    ("parseint", ("\uff19", 10), 0, "no digit"),
    ("parseint", ("1", 63), 1, "from 2 to 62, not 63"),
    ("parseint", ("1" * 20_000, 10), 0, "more than 10000 digits"),
    ("parseint", (10, 2), 0, "as a text"),
    ("sum", ([],), 0, "empty"),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), RESULTS)
def test_a_number_comes_out_exact_and_whole_ones_as_int(name: str, arguments: tuple[Any, ...], expected: Any) -> None:
    found = CALLS[name](*arguments)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(("name", "arguments", "at", "words"), FAILURES)
def test_where_there_is_no_number_the_message_says_why(
    name: str, arguments: tuple[Any, ...], at: int | None, words: str
) -> None:
    with pytest.raises(FunctionError) as caught:
        CALLS[name](*arguments)
    assert words in str(caught.value)
    assert caught.value.argument == at


def test_a_number_may_have_more_digits_than_python_reads() -> None:
    assert CALLS["parseint"]("9" * 5000, 10) == 10**5000 - 1
