from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from milepost.host.language.context import Context
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.signature import signature_of
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.language.values import Marked, SetValue, Unknown, Value
from milepost.host.project.scope import Scope
from milepost.sdk.errors import OperationError
from milepost.sdk.functions import Function, FunctionError, Number
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside

GIVEN: Mapping[str, Any] = {
    "password": Secret([Part("hunter22", "var.password")]),
    "users": Marked(["amy", "bob"], "var.users"),
    "later": Unknown("var.later"),
}


class Functions:
    """Functions of a test, by their names."""

    def __init__(self, *functions: Function) -> None:
        self._functions = {each.name: each for each in functions}

    def find(self, name: str) -> Function | None:
        return self._functions.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(self._functions)


def evaluated(text: str, call: Callable[..., Any], *, passes: bool = False) -> tuple[Value, list[str]]:
    """Return the value of an expression that calls `f`, and its problems with their columns."""
    scope = Scope(
        outside=outside(),
        folder=Path("/p"),
        project="shop",
        app="web",
        variables=GIVEN,
        asking=Functions(Function("f", call, passes), Function("a::b", call, passes)),
    )
    evaluator = Evaluator(scope)
    value = evaluator.value(lower_value(source_of("case", text.encode())))
    return value, [
        f"{each.position and each.position.column} {each.message} {each.hint}" for each in evaluator.problems
    ]


def kinds(text: str, number: int = 1, *rest: Number, flag: bool = False) -> str:
    return repr((text, number, rest))


def anything(value: Any | None = 1, other: Any = None) -> Any:
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('f("a")', "('a', 1, ())"),
        ('f(1, "2")', "('1', 2, ())"),
        ('f(true, 2, "3", 0.5)', "('true', 2, (3, Decimal('0.5')))"),
        ('f(["a", 5, 6]...)', "('a', 5, (6,))"),
        ('a::b("a")', "('a', 1, ())"),
    ],
)
def test_arguments_become_what_the_annotations_say(text: str, expected: str) -> None:
    assert evaluated(text, kinds) == (expected, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("f()", "1 f takes 1 or more arguments; found 0 write f(text, [number], rest…)"),
        ("f([])", "3 the argument text: expected a text, found a list"),
        ('f("a", 1.5)', "8 the argument number: expected a whole number"),
        ('f("a", null)', "8 the argument number: null cannot stand here"),
        ('f("a", 1, 2, "x")', '14 the argument rest: expected a number, found the text "x"'),
        ('f(["a", "x"]...)', '3 the argument number: expected a number, found the text "x"'),
        ("f(var.users)", "3 the argument text: expected a text, found a secret"),
        ('g("a")', '1 there is no function "g"'),
        ('a::c("a")', '1 there is no function "a::c" did you mean a::b?'),
    ],
)
def test_what_does_not_fit_is_told_at_the_argument(text: str, problem: str) -> None:
    value, problems = evaluated(text, kinds)
    assert isinstance(value, Unknown)
    assert [each.startswith(problem) for each in problems] == [True], problems


def test_a_signature_reads_as_a_call() -> None:
    def g(context: Context, first: list[str], second: dict[str, Any] | None, third: int = 1, *rest: str) -> str:
        return ""

    found = signature_of(Function("g", g))
    assert str(found) == "g(first, second, [third], rest…)"
    assert [str(each.constraint) for each in found.parameters] == ["list(string)", "map(any)", "number"]
    assert (found.least, found.most, found.wants_context) == (2, None, True)


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (("a", [1]), ["a", [1]]),
        ({"b", "a"}, SetValue(["a", "b"])),
        ({"a": (1,)}, {"a": [1]}),
        (Decimal("3.0"), 3),
        (None, None),
        (SetValue([1]), SetValue([1])),
    ],
)
def test_what_a_function_returns_becomes_a_value_of_the_language(returned: object, expected: object) -> None:
    found, _ = evaluated("f()", lambda: returned)
    assert found == expected
    assert type(found) is type(expected)


def test_a_function_that_returns_a_float_is_faulty() -> None:
    with pytest.raises(TypeError, match="Decimal in place of a float"):
        evaluated("f()", lambda: 0.5)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (FunctionError("no good", 1, hint="try 5"), "8 f: no good try 5"),
        (FunctionError("no good"), "1 f: no good "),
        (OperationError("no disk", hint="df"), "1 f: no disk df"),
    ],
)
def test_an_error_of_a_function_has_its_place(error: Exception, problem: str) -> None:
    def fails(first: str, second: str) -> str:
        raise error

    assert evaluated('f("a", "b")', fails)[1] == [problem]


def test_a_fault_in_a_function_is_no_problem_of_the_project_file() -> None:
    with pytest.raises(ZeroDivisionError):
        evaluated("f()", lambda: 1 // 0)


def test_an_error_of_a_function_that_was_given_a_secret_does_not_repeat_it() -> None:
    def fails(text: str) -> str:
        raise FunctionError(f"{text} is no good", 0, hint=text)

    (problem,) = evaluated("f(var.password)", fails)[1]
    assert "hunter22" not in problem
    assert "given a secret" in problem


def test_a_function_is_not_called_before_its_arguments_are_known() -> None:
    for text in ("f(var.later)", "f([1, { a = var.later }])", "f(1, var.later)", "f(nosuch)"):
        assert isinstance(evaluated(text, lambda *values: pytest.fail("called"))[0], Unknown)


def test_a_function_that_passes_meets_secrets_and_unknowns_as_they_are() -> None:
    def passing(items: list[Any], default: Any | None = None) -> Any:
        return [*items, default]

    value, problems = evaluated("f([var.password, var.later], var.later)", passing, passes=True)
    assert value == [GIVEN["password"], GIVEN["later"], GIVEN["later"]]
    assert problems == []
    assert isinstance(evaluated("f(var.later)", passing, passes=True)[0], Unknown)


def test_a_function_that_passes_gets_a_secret_list_in_clear_and_returns_a_secret() -> None:
    found, _ = evaluated("f(var.users)", anything, passes=True)
    assert isinstance(found, Marked)
    assert (found.value, found.origin) == (["amy", "bob"], "f(var.users)")


def test_a_typed_argument_of_a_function_that_passes_is_in_clear() -> None:
    found, _ = evaluated("f(var.password)", lambda text: text, passes=True)
    assert found is GIVEN["password"]

    def typed(text: str) -> str:
        return text[:3]

    value, _ = evaluated("f(var.password)", typed, passes=True)
    assert isinstance(value, Secret)
    assert (value.reveal(), value.sources) == ("hun", ("f(var.password)",))


def test_a_function_may_return_a_secret_or_what_is_not_known_yet() -> None:
    asked = Secret([Part("x", 'secret("env", "X")')])
    assert evaluated('f("env")', lambda text: asked)[0] is asked
    assert evaluated("f(1)", lambda value: Unknown("there"))[1] == []
    found, _ = evaluated("f(var.password)", lambda value: Secret([Part("x", f"secret({value!r})")]))
    assert isinstance(found, Secret)
    assert found.sources == ("f(var.password)",)


def rendering(context: Context, text: str, *more: dict[str, Any]) -> Any:
    names: dict[str, Any] = {}
    for each in more:
        names |= each
    return context.render("page.tpl", text, names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('f("a $${app.name} \\"b\\"")', 'a web "b"'),
        ('f("$${x}-$${y}", { x = 1, y = "b" })', "1-b"),
        ('f("$${app}", { app = "mine" })', "mine"),
        ('[for x in [1, 2] : f("$${x}!")][1]', "2!"),
        ('f("%%{ for x in l }$${x},%%{ endfor }", { l = ["a", "b"] })', "a,b,"),
    ],
)
def test_a_function_renders_a_template_where_its_call_stands(text: str, expected: str) -> None:
    assert evaluated(text, rendering) == (expected, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('f("a\\n$${nosuch}")', '1 f: page.tpl:2:3: the name "nosuch" means nothing'),
        ('f("$${x")', "1 f: page.tpl:1:1"),
        ('f("$${[1]}")', "1 f: page.tpl is a list, not a text"),
        ('f("$${f(\\"x\\")}")', "a template cannot render another one"),
    ],
)
def test_what_is_wrong_in_a_template_has_its_place_there(text: str, words: str) -> None:
    assert words in evaluated(text, rendering)[1][0]


def test_a_template_waits_for_what_is_in_it_and_keeps_secrets() -> None:
    value, problems = evaluated('f("a $${artifact.image}")', rendering)
    assert isinstance(value, Unknown)
    assert (value.name, problems) == ("artifact.image", [])
    found, _ = evaluated('f("a $${var.password}")', rendering)
    assert isinstance(found, Secret)
    assert found.parts == (Part("a "), Part("hunter22", "var.password"))
    hidden, _ = evaluated('f("$${x}", { x = var.password })', rendering)
    assert isinstance(hidden, Secret)
    assert hidden.sources == ('f("$${x}", {"x" = var.password})',)
