from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.scope import Deferred
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower, lower_value
from milepost.host.language.tree import Expression
from milepost.host.language.values import Unknown
from milepost.host.project.scope import Scope
from milepost.sdk.functions import Function
from milepost.testing.project import outside


def expressions(text: str) -> Mapping[str, Expression]:
    body = lower(source_of("milepost.hcl", text.encode()))
    return {name: each.value for name, each in body.attributes.items()}


def evaluator(text: str, **more: Any) -> Evaluator:
    return Evaluator(
        Scope(outside=outside(), folder=Path("/p"), project="shop", app="web", locals=expressions(text), **more)
    )


def value(text: str, of: Evaluator) -> object:
    return of.value(lower_value(source_of("case", text.encode())))


@pytest.mark.parametrize(
    ("locals_", "asked", "expected"),
    [
        ("a = 1\n", "local.a", 1),
        ("a = { b = [1, 2] }\n", "local.a.b[1]", 2),
        ("a = local.b + 1\nb = 1\n", "local.a", 2),
        ("a = 1\nb = 2\n", "local", {"a": 1, "b": 2}),
        ("a = 1\nb = 2\n", "[for k, v in local : k]", ["a", "b"]),
        ("a = 1\n", 'local["a"]', 1),
        ("x = 2\na = [for x in [1] : x + local.x]\n", "local.a", [3]),
        ("a = x\n", "try([for x in [1] : local.a], 0)", 0),
    ],
)
def test_a_local_has_the_value_of_its_expression(locals_: str, asked: str, expected: object) -> None:
    at_work = evaluator(locals_)
    assert value(asked, at_work) == expected
    assert at_work.problems == []


@pytest.mark.parametrize(
    ("locals_", "asked", "names"),
    [
        ("a = local.a\n", "local.a", "local.a → local.a"),
        ("a = local.b\nb = local.a\n", "local.a", "local.a → local.b → local.a"),
        ("a = local.b\nb = local.c\nc = [local.b]\n", "local.a", "local.b → local.c → local.b"),
        ("a = keys(local)\n", "local.a", "local.a → local.a"),
        ('a = local["${"a"}"]\n', "local.a", "local.a → local.a"),
        ('a = local[upper("B")]\nB = local["${"a"}"]\n', "local.a", "local.a → local.B → local.a"),
    ],
)
def test_locals_that_need_each_other_are_told_with_all_names(locals_: str, asked: str, names: str) -> None:
    at_work = evaluator(locals_)
    assert isinstance(value(f"[{asked}, {asked}]", at_work), list)
    assert [each.message for each in at_work.problems] == [f"these need each other: {names}"]


def test_what_is_wrong_in_a_local_is_told_once_at_its_own_place() -> None:
    at_work = evaluator("a = 1\nb = var.nosuch\n")
    value("[local.b, local.b]", at_work)
    (problem,) = at_work.problems
    assert problem.position is not None
    assert (problem.position.file, problem.position.line) == ("milepost.hcl", 2)


def test_what_is_wrong_in_a_local_is_told_where_nobody_tries_it() -> None:
    at_work = evaluator("b = var.nosuch\n")
    assert value("try(local.b, 1)", at_work) == 1
    assert at_work.problems == []
    value("local.b", at_work)
    assert len(at_work.problems) == 1


def test_a_local_that_nobody_asks_for_is_not_evaluated() -> None:
    at_work = evaluator("a = 1\nb = var.nosuch\n")
    assert value("local.a", at_work) == 1
    assert at_work.problems == []


def test_a_local_that_waits_has_the_name_of_what_it_waits_for() -> None:
    found = value("upper(local.b)", evaluator('a = artifact.image\nb = "${local.a}-x"\n'))
    assert isinstance(found, Unknown)
    assert found.name == "artifact.image"


def test_a_local_is_evaluated_once() -> None:
    called: list[int] = []

    class Functions:
        def find(self, name: str) -> Function | None:
            return Function("count", lambda: called.append(1) or len(called))

        def names(self) -> tuple[str, ...]:
            return ("count",)

    at_work = evaluator("a = count()\n", asking=Functions())
    assert value("[local.a, local.a, local.a]", at_work) == [1, 1, 1]


def test_groups_in_a_group_are_evaluated_when_they_are_asked_for() -> None:
    config = {
        "env": Deferred(expressions("A = config.internal.b\nC = nosuch\n")),
        "internal": Deferred(expressions("b = 5\n")),
    }
    at_work = evaluator("", config=config)
    assert value("config.env.A", at_work) == 5
    assert at_work.problems == []
    assert value("config.internal", at_work) == {"b": 5}
    value("config", at_work)
    assert [each.message for each in at_work.problems] == ['the name "nosuch" means nothing']


def test_groups_that_need_each_other_are_told_with_all_names() -> None:
    config = {
        "env": Deferred(expressions("A = config.internal.b\n")),
        "internal": Deferred(expressions("b = local.c\n")),
    }
    at_work = evaluator("c = config.env.A\n", config=config)
    value("config.env.A", at_work)
    names = "config.env.A → config.internal.b → local.c → config.env.A"
    assert [each.message for each in at_work.problems] == [f"these need each other: {names}"]
