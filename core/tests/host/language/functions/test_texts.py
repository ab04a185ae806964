"""Functions on texts: what Go makes of them, in characters as people see them."""

from typing import Any

import pytest

from milepost.host.language.functions.texts import FUNCTIONS
from milepost.sdk.functions import FunctionError

CALLS = {each.name: each.call for each in FUNCTIONS}
FAMILY = "👨\u200d👩\u200d👧"

RESULTS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("chomp", ("a\r\n\n",), "a"),
    ("chomp", ("a\r\r\n",), "a"),
    ("chomp", ("a \n",), "a "),
    ("chomp", ("a\u2028",), "a\u2028"),
    ("endswith", ("abc", "bc"), True),
    ("endswith", ("abc", ""), True),
    ("indent", (2, "a\nb\nc"), "a\n  b\n  c"),
    ("indent", (2, "\n"), "\n  "),
    ("indent", (0, "a\nb"), "a\nb"),
    ("join", (",", ["a", "b"]), "a,b"),
    ("join", ("-", ["a"], ["b"], []), "a-b"),
    ("join", (",", []), ""),
    ("lower", ("ÀΣ",), "àσ"),
    ("lower", ("İ",), "i"),
    ("split", (",", "a,,b"), ["a", "", "b"]),
    ("split", (",", ""), [""]),
    ("split", ("", "abc"), ["a", "b", "c"]),
    ("split", ("", ""), []),
    ("startswith", ("abc", "b"), False),
    ("strcontains", ("abc", "b"), True),
    ("strrev", (FAMILY + "x",), "x" + FAMILY),
    ("strrev", ("a\r\nb",), "b\r\na"),
    ("strrev", ("🇩🇪🇫🇷",), "🇫🇷🇩🇪"),
    ("substr", ("hello", 1, 3), "ell"),
    ("substr", ("hello", -3, 2), "ll"),
    ("substr", ("hello", -10, 3), "hel"),
    ("substr", ("hello", 3, -5), "lo"),
    ("substr", ("hello", 9, 1), ""),
    ("substr", ("hello", -2, 0), ""),
    ("substr", (FAMILY + "xé", 1, 2), "xé"),
    ("title", ("it's a-b x_y 2z",), "It'S A-B X_y 2z"),
    ("title", ("don\u2019t straße",), "Don\u2019t Straße"),
    ("title", ("ß hello\u00a0world ǆ",), "ß Hello\u00a0World ǅ"),
    ("title", ("x\x1cy",), "X\x1cY"),
    ("trim", ("?!hello?!", "!?"), "hello"),
    ("trim", ("  a ", ""), "  a "),
    ("trimprefix", ("vv1", "v"), "v1"),
    ("trimprefix", ("a", "ab"), "a"),
    ("trimspace", ("\t\n\v\f\r\u3000a\u00a0\u0085",), "a"),
    ("trimspace", ("\x1ca\x1c",), "\x1ca\x1c"),
    ("trimsuffix", ("a.gz.gz", ".gz"), "a.gz"),
    ("upper", ("straße ﬁ",), "STRAßE ﬁ"),
    ("upper", ("ᾳ",), "ᾼ"),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), RESULTS)
def test_a_text_becomes_what_go_makes_of_it(name: str, arguments: tuple[Any, ...], expected: Any) -> None:
    assert CALLS[name](*arguments) == expected


@pytest.mark.parametrize(
    ("name", "arguments", "at", "words"),
    [
        ("indent", (-1, "a"), 0, "0 to 10000 spaces, not -1"),
        ("indent", (10_000, "\n" * 10_000), None, "100010000 characters"),
        ("join", (",",), None, "at least one list"),
        ("join", (",", ["a"], ["b", None]), 2, "item 1 is null"),
        ("join", ("x" * 10**6, [""] * 100), None, "at most"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_argument_at_fault(
    name: str, arguments: tuple[Any, ...], at: int | None, words: str
) -> None:
    with pytest.raises(FunctionError) as caught:
        CALLS[name](*arguments)
    assert words in str(caught.value)
    assert caught.value.argument == at
