"""`format` and `formatlist`: the verbs of Go's fmt that HCL knows, one by one."""

from decimal import Decimal
from typing import Any

import pytest

from milepost.host.language.functions.formats import FUNCTIONS
from milepost.host.language.values import SetValue
from milepost.sdk.functions import FunctionError

format_, formatlist = (each.call for each in FUNCTIONS)
FAMILY = "👨\u200d👩\u200d👧"

TEXTS: list[tuple[str, tuple[Any, ...], str]] = [
    ("a%%b", (), "a%b"),
    ("%s|%s|%s", ("a", 10**25, True), "a|10000000000000000000000000|true"),
    ("%s", (Decimal("0.0000001"),), "0.0000001"),
    ("%5s|%-5s|%05s", ("a", "b", "c"), "    a|b    |0000c"),
    ("%.2s|%.0s|%5.1s|", ("abc", "abc", "abc"), "ab|abc|    a|"),
    ("%3s|%.1s", (FAMILY, FAMILY + "x"), f"  {FAMILY}|{FAMILY}"),
    ("%q|%.2q|%8q", ('a"\n', "abc", "a"), '"a\\"\\n"|"ab"|     "a"'),
    ("%q", ("<é>",), '"\\u003cé\\u003e"'),
    ("%v|%v|%v|%v", (None, "a", True, 1), "null|a|true|1"),
    ("%v|%v|%v", (999999, 1000000, Decimal("1234567.5")), "999999|1e+06|1.2345675e+06"),
    ("%v|%v", (Decimal("0.0001"), Decimal("0.00001")), "0.0001|1e-05"),
    ("%v", ({"b": 1, "a": ["x", None]},), '{"a":["x",null],"b":1}'),
    ("%#v|%#v|%#v", ("a", 1000000, None), '"a"|1000000|null'),
    ("%10v|%-10v|%05v", ("a", "a", 15), "         a|a         |00015"),
    ("%t|%t|%t", (True, "false", "1"), "true|false|true"),
    ("%d|%d|%d", ("5", -5, 10**30), f"5|-5|{10**30}"),
    ("%5d|%-5d|%05d|%05d", (5, 5, 5, -5), "    5|5    |00005|-0005"),
    ("%+d|% d|%+05d", (5, 5, 5), "+5| 5|+0005"),
    ("%.3d|%08.3d|%-08d|%.0d|", (5, 5, 5, 0), "005|     005|5       ||"),
    ("%b|%#b|%o|%#o|%x|%X|%#x|%#08x", (5, 5, 8, 8, 255, 255, -255, 255), "101|0b101|10|010|ff|FF|-0xff|0x0000ff"),
    ("%f|%.2f|%.0f|%.f", (1, Decimal("3.14159"), Decimal("2.5"), Decimal("3.5")), "1.000000|3.14|2|4"),
    (
        "%8.2f|%-8.2f|%08.2f|%+f",
        (Decimal("3.14"), Decimal("3.14"), Decimal("-3.14"), 1),
        "    3.14|3.14    |-0003.14|+1.000000",
    ),
    ("%-08.2f|", (Decimal("3.14"),), "3.14    |"),
    ("%.2f|%.1f", (Decimal("2.675"), Decimal("0.35")), "2.68|0.4"),
    ("%e|%e|%.2e|%E", (0, 10**120, 123456789, Decimal("0.00012")), "0.000000e+00|1.000000e+120|1.23e+08|1.200000E-04"),
    ("%g|%g|%g|%G", (100000, 1000000, Decimal("0.00001"), 10**21), "100000|1e+06|1e-05|1E+21"),
    (
        "%.3g|%.3g|%.3g|%.0g|%.5g",
        (Decimal("1234.5"), 999, Decimal("999.5"), Decimal("1.5"), 0),
        "1.23e+03|999|1e+03|2|0",
    ),
    ("%.20g|%.10g", (Decimal("1.5"), 10**10), "1.5|1e+10"),
    ("%[2]s%[1]s %s", ("a", "b"), "ba b"),
    ("%5[1]d|%-5.1[1]f|", (3,), "    3|3.0  |"),
    ("%[2]d", ("unused", 2), "2"),
]

FAILURES: list[tuple[str, tuple[Any, ...], int, str]] = [
    ("%s", (), 0, '"%s" shows value 1, which is not given'),
    ("%[3]s", ("a",), 0, "value 3"),
    ("%[2]s %s", ("a", "b"), 0, "value 3"),
    ("%s", ("a", "b"), 2, "no verb for value 2"),
    ("%[1]s", ("a", "b"), 2, "no verb for value 2"),
    ("x", ("a",), 1, "no verb for value 1"),
    ("%s", (None,), 1, "found null"),
    ("%s", (["a"],), 1, '"%s": expected a text'),
    ("%d", (Decimal("1.5"),), 1, "a whole number"),
    ("%d", (True,), 1, "a number"),
    ("%f", ("Inf",), 1, "a number"),
    ("%t", ("yes",), 1, '"yes"'),
    ("%y", (1,), 0, '"%y" is no verb'),
    ("100%", (), 0, '"%"'),
    ("100% ", (), 0, '"% "'),
    ("%*d", (5, 3), 0, '"%*d"'),
    ("%[0]s", ("a",), 0, '"%[0]s"'),
    ("%é", (1,), 0, '"%é"'),
    ("%99999d", (1,), 0, "more than 10000 characters"),
    ("%.99999999999f", (1,), 0, "more than 10000 characters"),
]


@pytest.mark.parametrize(("format", "values", "expected"), TEXTS)
def test_each_verb_shows_values_as_go_does(format: str, values: tuple[Any, ...], expected: str) -> None:
    assert format_(format, *values) == expected


@pytest.mark.parametrize(("format", "values", "at", "words"), FAILURES)
def test_a_format_that_does_not_fit_its_values_says_which(
    format: str, values: tuple[Any, ...], at: int, words: str
) -> None:
    with pytest.raises(FunctionError) as caught:
        format_(format, *values)
    assert words in str(caught.value)
    assert caught.value.argument == at


def test_a_short_format_cannot_fill_the_memory() -> None:
    with pytest.raises(FunctionError, match="at most 16777216"):
        format_("%9999[1]d" * 2000, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((["a", "b"], "x"), ["a-x", "b-x"]),
        ((["a", "b"], ["c", "d"]), ["a-c", "b-d"]),
        ((SetValue(["a"]), ["c"]), ["a-c"]),
        (([], "x"), []),
        (("a", "b"), ["a-b"]),
    ],
)
def test_a_list_of_texts_takes_its_lists_item_by_item(values: tuple[Any, ...], expected: list[str]) -> None:
    assert formatlist("%s-%s", *values) == expected


def test_a_format_without_lists_makes_a_list_of_one() -> None:
    assert formatlist("x") == ["x"]


def test_lists_of_different_lengths_are_named() -> None:
    with pytest.raises(FunctionError, match="value 3 has the length 2, and value 2 the length 1") as caught:
        formatlist("%s%s%s", "x", ["a"], ["b", "c"])
    assert caught.value.argument == 3


def test_a_number_may_have_more_digits_than_python_writes() -> None:
    assert format_("%d", 10**5000) == "1" + "0" * 5000
