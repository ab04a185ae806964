from __future__ import annotations

import pytest

from milepost.host.language.constraint import (
    ANY,
    NUMBER,
    STRING,
    Attribute,
    Constraint,
    ConstraintError,
    collection,
    parse,
)
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.language.tree import Expression
from milepost.host.language.values import Value
from milepost.sdk.problem import Position


def tree(text: str) -> Expression:
    return lower_value(source_of("milepost.hcl", text.encode()))


def constant(expression: Expression) -> Value:
    from milepost.host.project.scope import Scope
    from milepost.testing.project import outside

    folder = outside().pwd
    return Evaluator(Scope(outside=outside(), folder=folder, project="shop", app="")).value(expression)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("string", "string"),
        ('"string"', "string"),
        ("number", "number"),
        ("bool", "bool"),
        ("any", "any"),
        ("list", "list(any)"),
        ('"map"', "map(any)"),
        ("list(string)", "list(string)"),
        ("set(number)", "set(number)"),
        ("map(list(bool))", "map(list(bool))"),
        ("tuple([string, number])", "tuple([string, number])"),
        ("tuple([])", "tuple([])"),
        ("object({ a = string, b = list(number) })", "object({a=string, b=list(number)})"),
        (
            'object({ "a" = optional(string), b = optional(number, 5) })',
            "object({a=optional(string), b=optional(number)})",
        ),
        ("object({})", "object({})"),
    ],
)
def test_a_type_is_read_and_written(text: str, written: str) -> None:
    assert str(parse(tree(text), constant)) == written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("string", "a text"),
        ("bool", "true or false"),
        ("any", "a value"),
        ("list(string)", "a list of texts"),
        ("map(list(number))", "a map of lists of numbers"),
        ("list(any)", "a list"),
        ("tuple([string, number])", "a list of 2"),
        ("object({ a = string, b = number })", "an object with a, b"),
        ("object({})", "an object"),
    ],
)
def test_a_type_is_put_into_words(text: str, words: str) -> None:
    assert parse(tree(text)).words == words


@pytest.mark.parametrize(
    ("text", "column", "words", "hint"),
    [
        ("strng", 1, '"strng" is no type', "did you mean string?"),
        ('"list(string)"', 1, '"list(string)" is no type', ""),
        ("list(strin)", 6, '"strin" is no type', "did you mean string?"),
        ("list(string, number)", 1, "list(…) is no type", "write string"),
        ("tuple(string)", 1, "tuple(…) is no type", "write string"),
        ("object(string)", 1, "object(…) is no type", "write string"),
        ("optional(string)", 1, "only in an object's type", ""),
        ("object({ (var.x) = string })", 11, "the name of an attribute is a plain word", ""),
        ("object({ a = optional(string, 1) })", 31, "no default can stand here", ""),
        ("5", 1, "this is no type", "write string"),
        ("var.x", 1, "this is no type", "write string"),
        ("[string]", 1, "this is no type", "write string"),
    ],
)
def test_what_is_no_type_is_told_with_its_place(text: str, column: int, words: str, hint: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        parse(tree(text))
    assert words in str(caught.value)
    assert hint in caught.value.hint
    assert isinstance(caught.value.position, Position)
    assert caught.value.position.column == column


def test_an_optional_attribute_has_its_default() -> None:
    found = parse(tree("object({ a = optional(list(number), [1, 1 + 1]) })"), constant)
    assert found == Constraint("object", attributes=(Attribute("a", collection("list", NUMBER), True, [1, 2]),))
    assert collection("list", STRING) != collection("list", ANY)
