from __future__ import annotations

from decimal import Decimal

import pytest

from milepost.host.language.constraint import parse
from milepost.host.language.conversion import ConversionError, convert, set_of, unified
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.language.tree import Literal, Number
from milepost.host.language.unification import type_of, unify
from milepost.host.language.values import Marked, SetValue, Unknown, Value
from milepost.sdk.secret import Part, Secret

LATER = Unknown("var.later")
PASSWORD = Secret([Part("5", "var.password")])


def as_type(value: object, text: str) -> Value:
    def constant(expression: object) -> Value:
        assert isinstance(expression, Literal | Number)
        return expression.value if isinstance(expression, Literal) else int(expression.text)

    return convert(value, parse(lower_value(source_of("t", text.encode())), constant))  # type: ignore[arg-type]  # in tables


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (5, "string", "5"),
        (Decimal("1.50"), "string", "1.5"),
        (True, "string", "true"),
        ("5", "number", 5),
        ("-1.5e2", "number", -150),
        (".5", "number", Decimal("0.5")),
        ("1", "bool", True),
        ("false", "bool", False),
        (None, "string", None),
        (LATER, "number", LATER),
        ([1, "x"], "any", [1, "x"]),
        ([1, LATER, None], "list(string)", ["1", LATER, None]),
        (SetValue(["a"]), "list(string)", ["a"]),
        (["b", "a", "b"], "set(string)", SetValue(["a", "b"])),
        ([10, 9, "1"], "set(number)", SetValue([1, 9, 10])),
        ([10, 9, "a"], "set(any)", SetValue(["10", "9", "a"])),
        ([1, "a"], "list(any)", ["1", "a"]),
        ([[1], ["a", "b"]], "list(any)", [["1"], ["a", "b"]]),
        ({"a": 1, "b": "x"}, "map(any)", {"a": "1", "b": "x"}),
        ({"b": 1, "a": 2}, "map(string)", {"b": "1", "a": "2"}),
        ({"a": {"b": 1}}, "map(map(string))", {"a": {"b": "1"}}),
        ([1, 2], "tuple([string, number])", ["1", 2]),
        ({"a": 1, "z": 2}, "object({ a = string })", {"a": "1"}),
        ({"a": 1}, "object({ a = number, b = optional(string) })", {"a": 1, "b": None}),
        ({"a": 1}, 'object({ a = number, b = optional(string, "x") })', {"a": 1, "b": "x"}),
        ({"a": 1, "b": None}, "object({ a = number, b = optional(string, 5) })", {"a": 1, "b": "5"}),
        ({"a": None}, "object({ a = string })", {"a": None}),
        ([{"a": "1"}], "list(object({ a = number }))", [{"a": 1}]),
    ],
)
def test_a_value_is_converted_as_hcl_does(value: object, kind: str, expected: object) -> None:
    found = as_type(value, kind)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ([], "string", "expected a text, found a list"),
        ("x", "number", 'expected a number, found the text "x"'),
        (True, "number", "expected a number, found true"),
        (1, "bool", "expected true or false, found the number 1"),
        ("True", "bool", 'expected true or false, found the text "True"'),
        ("1" * 5000, "number", "expected a number"),
        ("1e5000", "number", "expected a number"),
        ("NaN", "number", "expected a number"),
        ("\u0665", "number", "expected a number"),
        ("a", "list(string)", 'expected a list of texts, found the text "a"'),
        ({}, "list(string)", "expected a list of texts, found an object"),
        ([], "map(string)", "expected a map of texts, found a list"),
        (["a", []], "list(string)", "[1]: expected a text, found a list"),
        ({"a": [1, "x"]}, "map(list(number))", 'a[1]: expected a number, found the text "x"'),
        ([1], "tuple([string, number])", "expected a list of 2, found a list of 1"),
        ({}, "object({ a = string })", 'the attribute "a" is missing'),
        ([{}], "list(object({ a = string }))", '[0]: the attribute "a" is missing'),
        ({"a": {"b": []}}, "object({ a = object({ b = string }) })", "a.b: expected a text, found a list"),
        ([1, True], "list(any)", "expected values of one type, found a number and true or false"),
        ([{"a": 1}, [1]], "set(any)", "expected values of one type, found an object and a list"),
        (PASSWORD, "bool", "expected true or false, found a secret"),
        (
            Marked({"hidden": ["x"]}, "var.db"),
            "map(list(number))",
            "expected a map of lists of numbers, found a secret",
        ),
        (SetValue([1]), "tuple([number])", "expected a list of 1, found a list"),
    ],
)
def test_what_cannot_be_converted_says_what_was_expected_and_where(value: object, kind: str, message: str) -> None:
    with pytest.raises(ConversionError) as caught:
        as_type(value, kind)
    assert str(caught.value).startswith(message)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "kind", "clear", "origin"),
    [
        (PASSWORD, "number", 5, "tonumber(var.password)"),
        (Marked(5, "var.port"), "number", 5, "var.port"),
        (Marked([1], "var.l"), "list(number)", [1], "var.l"),
        (Marked([1], "var.l"), "list(string)", ["1"], "[for item0 in var.l : tostring(item0)]"),
        (Marked([1], "var.l"), "set(string)", ["1"], "toset([for item0 in var.l : tostring(item0)])"),
        (Marked({"a": 1}, "var.m"), "map(string)", {"a": "1"}, "{for key, item0 in var.m : key => tostring(item0)}"),
        (Marked({"a": 1}, "var.m"), "object({ a = string })", {"a": "1"}, '{"a" = tostring(var.m.a)}'),
        (Marked([1], "var.l"), "tuple([string])", ["1"], "[tostring(var.l[0])]"),
        (Marked([1, "a"], "var.l"), "list(any)", ["1", "a"], "tolist(var.l)"),
        (Marked([1, None], "var.l"), "list(string)", ["1", None], ""),
        (Marked(5, ""), "string", "5", ""),
    ],
)
def test_a_converted_secret_knows_how_it_was_made(value: object, kind: str, clear: object, origin: str) -> None:
    found = as_type(value, kind)
    if isinstance(found, Secret):
        assert (found.reveal(), "".join(found.sources)) == (clear, origin)
    else:
        assert isinstance(found, Marked)
        assert (found.value, found.origin) == (clear, origin)


def test_a_secret_text_stays_itself_as_a_text() -> None:
    assert as_type(PASSWORD, "string") is PASSWORD
    assert as_type([PASSWORD, 1], "list(string)") == [PASSWORD, "1"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, "a", None, LATER], ["1", "a", None, LATER]),
        ([1, 2], [1, 2]),
        ([[1], [2, "x"]], [["1"], ["2", "x"]]),
        ([[1, "a"], ["b", 2]], [["1", "a"], ["b", "2"]]),
        ([{"a": 1}, {"b": "x"}], [{"a": "1"}, {"b": "x"}]),
        ([{"a": 1, "b": []}, {"a": "x", "b": [1]}], [{"a": "1", "b": []}, {"a": "x", "b": [1]}]),
        ([SetValue(["a"]), [1]], [SetValue(["a"]), SetValue(["1"])]),
        ([], []),
        ([PASSWORD, 1], [PASSWORD, "1"]),
    ],
)
def test_several_values_become_one_type(values: list[Value], expected: list[object]) -> None:
    assert unified(values) == expected


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([1, "a"], "string"),
        ([None, LATER], "any"),
        ([1, True], "None"),
        ([1, [1]], "None"),
        ([[1], {"a": 1}], "None"),
        ([[1], [1, 2]], "list(number)"),
        ([[1], ["a"]], "tuple([string])"),
        ([{"a": 1}, {"a": "x"}], "object({a=string})"),
        ([{"a": 1}, {"b": True, "c": "x"}], "map(string)"),
        ([SetValue([1]), ["a", "b"]], "set(string)"),
        ([{"a": 1, "b": True}, {"c": 1}], "None"),
    ],
)
def test_the_type_of_several_values_is_the_nearest(values: list[Value], written: str) -> None:
    assert str(unify([type_of(each) for each in values])) == written


def test_a_set_is_sorted_and_has_each_item_once() -> None:
    assert set_of([2, 1, 2]) == SetValue([1, 2])
    assert set_of([[2], [1], [1]]) == SetValue([[1], [2]])
    assert set_of([None, "a"]) == SetValue(["a", None])
    assert set_of([1, LATER]) is LATER
    found = set_of([PASSWORD, "a"])
    assert isinstance(found, Marked)
    assert (found.value, found.origin) == (SetValue(["5", "a"]), 'toset([var.password, "a"])')
