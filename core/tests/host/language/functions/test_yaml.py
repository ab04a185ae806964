"""YAML: values as text as Go writes them, and documents as values."""

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.host.language.functions.json import jsondecode, jsonencode
from milepost.host.language.functions.yaml import yamldecode, yamlencode
from milepost.sdk.functions import FunctionError

WRITTEN: list[tuple[Any, str]] = [
    ({"b": 1, "a": [1, "x", True, None]}, '"a":\n- 1\n- "x"\n- true\n- null\n"b": 1\n'),
    ({"a": {"b": {"c": 1}}, "d": {}, "e": []}, '"a":\n  "b":\n    "c": 1\n"d": {}\n"e": []\n'),
    ([[1, 2], [3, [4]]], "- - 1\n  - 2\n- - 3\n  - - 4\n"),
    ([{"a": 1, "b": 2}, {"c": [1]}], '- "a": 1\n  "b": 2\n- "c":\n  - 1\n'),
    ("a", '"a"\n'),
    (None, "null\n...\n"),
    (Decimal("1.50"), "1.5\n...\n"),
    ([], "[]\n"),
    ("one\ntwo", "|-\n  one\n  two\n"),
    ({"a": "x\ny\n", "b": 1}, '"a": |\n  x\n  y\n"b": 1\n'),
    ([{"a": "x\n\n"}, 1], '- "a": |+\n    x\n\n- 1\n'),
    ("  lead\nx", "|2-\n    lead\n  x\n"),
    ("blank \nx", '"blank \\nx"\n'),
    ('tab\t"q" \\ é \x01 \u2028 😀', '"tab\\t\\"q\\" \\\\ é \\x01 \\L \\U0001F600"\n'),
    ({"a\nb": [1]}, "? |-\n  a\n  b\n: - 1\n"),
    ({"a": "x" * 81 + "  y"}, f'"a": "{"x" * 81}\n  \\ y"\n'),
    ("word " * 20, '"' + "word " * 16 + 'word\n  word word word "\n'),
]
READ: list[tuple[str, Any]] = [
    (
        "a: yes\nb: No\nc: on\nd: y\ne: tRue\nf: 'yes'",
        {"a": True, "b": False, "c": True, "d": True, "e": "tRue", "f": "yes"},
    ),
    (
        "[1, 0x1F, 0o17, 017, 1_000, 1e3, .5, -.5, 0b11, 1:30]",
        [1, 31, 15, 17, "1_000", 1000, Decimal("0.5"), Decimal("-0.5"), "0b11", "1:30"],
    ),
    ("0.1234567890123456789012345678901", Decimal("0.1234567890123456789012345678901")),
    (
        "[2001-01-01, 2001-12-14t21:59:43.10-05:00, 2001-1-1 1:2:3, 2001-13-01]",
        ["2001-01-01T00:00:00Z", "2001-12-14T21:59:43-05:00", "2001-01-01T01:02:03Z", "2001-13-01"],
    ),
    ("a: 1\na: 2", {"a": 2}),
    ("1: a\ntrue: b\n1.50: c", {"1": "a", "true": "b", "1.5": "c"}),
    ("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}", {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}),
    ("<<: [{c: 1}, {c: 3}]", {"c": 3}),
    ("a: !!str 1\nb: !!binary aGk=\nc: !!float 1\nd: ! 1", {"a": "1", "b": "aGk=", "c": 1, "d": "1"}),
    ("a: |\n  x\n  y\nb: |-\n  yes", {"a": "x\ny\n", "b": "yes"}),
    ("- a\n-\n- ~", ["a", None, None]),
    ('"\\ud83d"', "\ufffd"),
]
WRONG = [
    ("", "nothing in it"),
    ("a: [1", "no YAML in line 1, column 6"),
    ("a:\n\t- b", "line 2, column 1"),
    ("--- 1\n--- 2", r"a second document begins; expected one \(line 2"),
    ("*x", 'no anchor "x"'),
    ("&x [*x]", 'no anchor "x"'),
    ("a: !foo 1", "tag !foo is not known"),
    ("!!set {a}", "is not known"),
    ("a: !!int x", '"x" is no int'),
    ("a: !!bool 1", '"1" is no bool'),
    ("a: !!binary '*'", "no Base64"),
    ("~: 1", "found null"),
    ("? [a]\n: 1", "a list or a mapping"),
    ("<<: 1", "<< takes"),
    ("a: .inf", "no number of the language"),
    ("a: 1e999999999", "out of range"),
    ("\x01", "control characters"),
    ("[" * 102 + "]" * 102, "deeper than 100"),
    ("#" * 2**19 + "\n", "at most 524288"),
    ('"\\U00110000"', "an escape that is no character"),
    ('"\\UFFFFFFFF"', "an escape that is no character"),
    ("a: [1", "but got the end"),
    ("a: &", "but found the end"),
]


@pytest.mark.parametrize(("value", "expected"), WRITTEN, ids=str)
def test_a_value_is_written_as_yaml(value: object, expected: str) -> None:
    assert yamlencode.call(value) == expected


@pytest.mark.parametrize("value", [value for value, _ in WRITTEN], ids=str)
def test_what_is_written_is_read_as_the_same_value(value: object) -> None:
    text = yamlencode.call(value)
    assert yamldecode.call(text) == value
    assert isinstance(value, Decimal) or yaml.safe_load(text) == value


@pytest.mark.parametrize(("text", "expected"), READ, ids=str)
def test_a_document_means(text: str, expected: object) -> None:
    assert yamldecode.call(text) == expected


@pytest.mark.parametrize(("text", "words"), WRONG, ids=lambda each: each[:20])
def test_a_wrong_document_says_what_is_wrong_and_where(text: str, words: str) -> None:
    with pytest.raises(FunctionError, match=words):
        yamldecode.call(text)


def test_aliases_of_aliases_that_grow_for_ever_are_refused() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]" for at in range(1, 40)]
    with pytest.raises(FunctionError, match="more than 100000 values"):
        yamldecode.call("\n".join(lines))


TEXTS = st.text("ab :#-\n\t\"'\\é\x01\x7f\u00a0\u2028😀{}[]&*!|>%@`~", max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_any_value_is_read_back_as_it_was_written_by_us_and_by_others(value: object) -> None:
    text = yamlencode.call(value)
    assert yamldecode.call(text) == value
    assert yaml.safe_load(text) == value


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_any_value_is_json_that_others_read(value: object) -> None:
    text = jsonencode.call(value)
    assert jsondecode.call(text) == value
    assert json.loads(text) == value


@settings(max_examples=300, deadline=None)
@given(st.text("ab:- \n\t\"'[]{},&*!|>?#0.~<", max_size=40))
def test_any_text_is_a_document_or_a_refused_one(text: str) -> None:
    try:
        found = yamldecode.call(text)
    except FunctionError as error:
        found = str(error)
    assert found is None or isinstance(found, (bool, int, Decimal, str, list, dict))
