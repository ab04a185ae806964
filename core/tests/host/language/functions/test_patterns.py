"""Patterns in RE2's syntax: what they match as in Go, and what of other dialects is refused."""

from typing import Any

import pytest

from milepost.host.language.functions.matching import Pattern
from milepost.host.language.functions.patterns import FUNCTIONS
from milepost.sdk.functions import FunctionError

regex, regexall, replace = (each.call for each in FUNCTIONS)

MATCHES: list[tuple[str, str, Any]] = [
    ("[a-z]+", "12abc3", "abc"),
    ("", "abc", ""),
    (r"(\d+)-(\d+)", "from 10-20", ["10", "20"]),
    (r"(?P<a>\d)(?P<b>x)?", "1", {"a": "1", "b": None}),
    ("(?<x>a)", "a", {"x": "a"}),
    ("(a)|(b)", "b", [None, "b"]),
    ("a.b", "a\nb a-b", "a-b"),
    ("(?s)a.b", "a\nb", "a\nb"),
    ("(?m)^b$", "a\nb\nc", "b"),
    ("(?i:A)b", "ab", "ab"),
    ("a(?i)b|c", "C", "C"),
    ("(?:a(?i)b)c", "aBc", "aBc"),
    ("(?U)a+", "aaa", "a"),
    ("(?U)a+?", "aaa", "aaa"),
    ("(?i)k", "\u212a", "\u212a"),
    ("(?i)[^k]", "Kx", "x"),
    (r"\d+", "\uff112", "2"),
    (r"\w+", "é_a1", "_a1"),
    (r"\s", "\v\u00a0 ", " "),
    (r"\bé", "aé", "é"),
    (r"\Bo", "oo", "o"),
    ("[[:alpha:]]+", "12abC", "abC"),
    ("[[:^alpha:]]+", "ab12", "12"),
    ("[[:word:][:space:]]+", "-a_b c", "a_b c"),
    (r"\pL+", "12éa", "éa"),
    (r"\p{Greek}+", "abδε", "δε"),
    (r"\p{^Greek}+", "δab", "ab"),
    (r"\PL+", "é12", "12"),
    (r"[^\pL\d]+", "é1-", "-"),
    (r"\p{Any}+", "a\nb", "a\nb"),
    (r"[\d-z]+", "a1-z", "1-z"),
    ("[]a-]+", "b]a-", "]a-"),
    ("[^]a]+", "]ab", "b"),
    ("[a-c-e]+", "db-e", "b-e"),
    ("[[a]", "[", "["),
    ("[a||b&&c~]+", "|&~", "|&~"),
    (r"[^\D]+", "a12", "12"),
    (r"\x41\x{1F600}\101\07", "A😀A\x07", "A😀A\x07"),
    (r"\a\f\t\n\r\v\.\_", "\a\f\t\n\r\v._", "\a\f\t\n\r\v._"),
    (r"\Qa.b\E+", "axb a.bb", "a.bb"),
    ("a{,2}x{y}{", "a{,2}x{y}{", "a{,2}x{y}{"),
    ("a{2,}?", "aaa", "aa"),
    ("(|a)+", "aaa", [""]),
    ("^*a", "a", "a"),
    ("a #b", "a #b", "a #b"),
    ("a{e<=1}", "a{e<=1}", "a{e<=1}"),
    ("é", "é", "é"),
]

REFUSED: list[tuple[str, str]] = [
    ("(?=a)", "looks ahead"),
    ("(?!a)", "looks ahead"),
    ("(?<=a)b", "looks behind"),
    ("(?<!a)b", "looks behind"),
    ("(?>a)", "atomic"),
    ("(?#x)a", "comment"),
    ("(?P=x)", "backreference"),
    (r"(a)\1", "backreference"),
    (r"\ka", "backreference"),
    ("(?(1)a)", "condition"),
    ("(?x)a", "no group"),
    ("(?|a)", "no group"),
    ("(?P<a-b>a)", "no group"),
    ("(?P<a>a)(b)", "some of its groups have names"),
    (r"\Z", "no escape"),
    (r"\X", "no escape"),
    (r"\h", "no escape"),
    (r"\C", "no escape"),
    (r"\u0041", "no escape"),
    (r"\é", "no escape"),
    (r"[\b]", "no escape"),
    (r"\x{110000}", "beyond"),
    ("a\\", "ends in a backslash"),
    (r"\p{Foo}", "unknown"),
    (r"\p{greek", "no class of Unicode"),
    ("[[:foo:]]", "there is no class"),
    ("[z-a]", "backwards"),
    (r"[a-\d]", "no escape"),
    ("[a", "not closed"),
    ("[]", "not closed"),
    ("(a", "not closed"),
    ("a)", "not opened"),
    ("*a", "nothing that could be repeated"),
    ("(*)", "nothing that could be repeated"),
    ("a|*", "nothing that could be repeated"),
    ("a**", "repeats a repetition"),
    ("a*+", "repeats a repetition"),
    ("a{2}{3}", "repeats a repetition"),
    ("a{2,1}", "first number is above"),
    ("a{1001}", "1000"),
    ("a{99999999999}", "1000"),
    ("(?:a{100}){100}", "1000"),
    ("(?:(?:a{10})*b{10}){101}", "1000"),
    ("a{1000}" * 21, "too many in all"),
    ("(" * 51 + ")" * 51, "50 deep"),
    ("a" * 10_001, "at most 10000"),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHES)
def test_a_pattern_matches_what_it_matches_in_go(pattern: str, text: str, expected: Any) -> None:
    assert regex(pattern, text) == expected


@pytest.mark.parametrize(("pattern", "words"), REFUSED)
def test_what_re2_does_not_have_is_refused_by_its_name(pattern: str, words: str) -> None:
    with pytest.raises(FunctionError, match=words) as caught:
        regexall(pattern, "a")
    assert caught.value.argument == 0


def test_no_match_is_an_error_that_points_to_the_function_without_one() -> None:
    with pytest.raises(FunctionError, match="matches no part") as caught:
        regex("x", "abc")
    assert "regexall" in caught.value.hint


def test_a_search_that_would_never_end_does() -> None:
    with pytest.raises(FunctionError, match="more than 2 seconds"):
        regex("(a|aa)+$", "a" * 80 + "b")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("[a-z]+", "ab 12 cd", ["ab", "cd"]),
        ("x", "ab", []),
        ("a*", "baaac", ["", "aaa", ""]),
        ("|a", "aa", ["", "", ""]),
        ("(?m)^", "a\nb\n", ["", "", ""]),
        ("(a)(b)?", "aba", [["a", "b"], ["a", None]]),
        ("(?P<x>a)", "aa", [{"x": "a"}, {"x": "a"}]),
        ("", "é😀", ["", "", ""]),
    ],
)
def test_all_matches_come_in_order_and_empty_ones_do_not_touch_others(
    pattern: str, text: str, expected: list[Any]
) -> None:
    assert regexall(pattern, text) == expected


@pytest.mark.parametrize(
    ("text", "part", "replacement", "expected"),
    [
        ("a.b.c", ".", "-", "a-b-c"),
        ("abc", "", "-", "-a-b-c-"),
        ("a//b", "//", "/", "a/b"),
        ("hello", "/l+/", "_", "he_o"),
        ("ab", "/(a)(b)/", "$2$1", "ba"),
        ("ab", "/(?P<x>a)/", "${x}${1}-$x1-$$1-$-$9", "aa--$1-$-b"),
        ("ab", "/(a)|(b)/", "<$1$2>", "<a><b>"),
        ("baac", "/a*/", "x", "xbxcx"),
        ("$1", "$1", "$2", "$2"),
        ("ab", "/(?P<x>a)|(?P<x>b)/", "[$x]", "[a][b]"),
    ],
)
def test_a_part_between_slashes_is_a_pattern(text: str, part: str, replacement: str, expected: str) -> None:
    assert replace(text, part, replacement) == expected


def test_a_wrong_pattern_to_replace_is_the_second_argument() -> None:
    with pytest.raises(FunctionError, match="not closed") as caught:
        replace("a", "/(/", "b")
    assert caught.value.argument == 1


@pytest.mark.parametrize("part", ["a", "/a/"])
def test_a_replacement_cannot_fill_the_memory(part: str) -> None:
    with pytest.raises(FunctionError, match="at most 16777216"):
        replace("a" * 10_000, part, "b" * 10_000)


def test_a_pattern_can_be_asked_whether_it_matches() -> None:
    assert Pattern("us-.*").matches("us-east")
    assert not Pattern("us-.*").matches("eu-west")
