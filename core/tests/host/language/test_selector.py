"""Label selectors: what they select, and where one is wrong."""

import pytest

from milepost.host.language.selector import SelectorError, parse

LABELS = {
    "env": "prod",
    "region": "us-1",
    "team/name": "shop",
    "a.b": "dotted",
    "my-label": "x",
    "path": "/x",
    "none": "",
    "n": "1",
    "not": "odd",
}

CASES = [
    ("env == prod", True),
    ('env == "prod"', True),
    ("env==`prod`", True),
    ("env != prod", False),
    ("team/name == shop", True),
    ("a.b == dotted", True),
    ('"/my-label" == x', True),
    ('"/team~1name" == shop', True),
    ('path == "/x"', True),
    ("env contains ro", True),
    ("env not contains ro", False),
    ('"ro" in env', True),
    ("ro not in env", False),
    ('"us" in "/region"', True),
    ('env matches "p.*d"', True),
    ("region matches us", True),
    ("region not matches `^us-\\d$`", False),
    ('env matches "pro\\\\w"', True),
    ("none is empty", True),
    ("env is empty", False),
    ("env is not empty", True),
    ("n == 1", True),
    ("n == 1.0", False),
    ("n == -1", False),
    ("not env == prod", False),
    ("not not env == prod", True),
    ("not (env == x or n == 1)", False),
    ("not == odd", True),
    ("env == x and n == 2 or n == 1", True),
    ("n == 1 or env == x and n == 2", True),
    ("(n == 1 or env == x) and n == 2", False),
    ("((env == prod))", True),
    (" \n env == prod \t", True),
    (r'env == "\x70\u0072o\144"', True),
]
MISSING = [
    ("gone == x", False),
    ("gone != x", True),
    ("gone contains x", False),
    ('"x" not in gone', True),
    ("gone matches `.*`", False),
    ("gone not matches x", True),
    ("gone is empty", True),
    ("gone is not empty", False),
]
WRONG = [
    ("", 0, 0, "found the end in place of a label"),
    ("env", 3, 3, "found the end in place of an operator"),
    ("env =  prod", 4, 5, '"=" cannot be read'),
    ("env == prod and", 15, 15, "found the end in place of a label"),
    ("env == prod && n == 1", 12, 14, '"&&" cannot be read'),
    ("env == prod n == 1", 12, 13, 'found "n" in place of "and"'),
    ("env == prod)", 11, 12, "found ) in place of"),
    ("(env == prod", 0, 1, "not closed"),
    ("env == pr-od", 7, 12, '"pr-od" cannot be read'),
    ("n == 01", 5, 7, '"01" cannot be read'),
    ('env == "prod', 7, 12, "no closing quote"),
    ("env == 'prod'", 7, 13, "single quotes"),
    (r'env matches "a\w"', 14, 16, r"\w is no escape"),
    ('"prod" == env', 0, 6, "in place of a label"),
    ("env is nil", 7, 10, 'in place of "empty"'),
    ("env not == prod", 8, 10, 'in place of "in", "contains" or "matches"'),
    ("env matches `(`", 12, 15, "pattern"),
    ("(" * 101 + "env == x" + ")" * 101, 100, 101, "deeper than 100"),
]


@pytest.mark.parametrize(("selector", "expected"), CASES)
def test_a_selector_compares_labels_with_values(selector: str, expected: bool) -> None:
    assert parse(selector).matches(LABELS) is expected


@pytest.mark.parametrize(("selector", "expected"), MISSING)
def test_a_label_that_is_not_there_is_empty_and_unlike_everything(selector: str, expected: bool) -> None:
    assert parse(selector).matches(LABELS) is expected


@pytest.mark.parametrize(("selector", "start", "end", "words"), WRONG)
def test_a_wrong_selector_says_where_and_what_was_expected(selector: str, start: int, end: int, words: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse(selector)
    assert words in str(caught.value)
    assert (caught.value.start, caught.value.end) == (start, end)


def test_a_long_chain_is_no_deep_nesting() -> None:
    selector = parse(" or ".join(["env == x"] * 5000 + ["not " * 500 + "env == prod"]))
    assert selector.matches(LABELS)


def test_a_pattern_that_backtracks_for_ever_ends_with_an_error() -> None:
    selector = parse('env matches "^(a|a)*?(a|a)*$"')
    with pytest.raises(SelectorError, match="more than 2 seconds"):
        selector.matches({"env": "a" * 60 + "!"})
