"""What is secret stays so: checked on random expressions, each with two sets of secrets."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.provenance import is_secret, is_unknown, quoted, revealed, text_of
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.language.values import Marked, Unknown, described, joined, plain_text
from milepost.host.project.scope import Scope
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside

ONE = {"text": "hunter22", "number": 5, "list": ["amy", "bob"], "object": {"key11": "word11"}, "on": True, "digit": "1"}
OTHER = {
    "text": "zebra33",
    "number": 9,
    "list": ["zoe", "kim"],
    "object": {"key22": "word22"},
    "on": False,
    "digit": "0",
}
HIDDEN = ("hunter22", "zebra33", "amy", "bob", "zoe", "kim", "key11", "key22", "word11", "word22")
PLAIN: Mapping[str, Any] = {"names": ["a", "b"], "map": {"k": "v"}, "nothing": None}

LEAVES = """
1|2|"a"|"1"|true|null|[]|{}|[1, 2]|{ a = 1 }|var.names|var.map|var.nothing|var.text|var.number|var.list
var.object|var.on|var.digit|[var.text]|{ a = var.text }|[var.number, 1]|var.list[0]|var.list
"""
FORMS = """
(X + X)|(X * X)|(X == X)|(X < X)|(X && X)|-X|!X|(true ? X : X)|(var.on ? X : X)|(X ? X : X)|[X, X]|{ a = X, (X) = X }
[for x in X : x]|[for x in X : [x, X]]|[for i, x in X : i]|[for x in X : x if X]|[for x in X : x if var.on]
{ for k, v in X : k => v }|{ for k, v in X : v => k... }|{ for k, v in X : X => v }
(X)[0]|(X)[X]|(X)[var.digit]|(X)[*]|(X).a|(X).*.a
"${X}"|"x${X}"|"x${X}-${X}"|"%{ for x in X }${x}%{ endfor }"|"%{ if X }yes%{ endif }"|"%{ if var.on }y${X}%{ endif }"
tolist(X)|toset(X)|tomap(X)|tostring(X)|tonumber(X)|coalesce(X, X)|length(X)|keys(X)|values(X)|flatten(X)|distinct(X)
upper(X)|jsonencode(X)|sort(X)|concat(X, X)|concat(X...)|max(X...)|merge(X, X)|contains(X, X)|lookup(X, X, X)
join(",", X)|split("n", X)|zipmap(X, X)|chunklist(X, 1)|format("%v", X)|substr(X, 0, 1)|setunion(X, X)|sensitive(X)
reverse(X)|element(X, 1)
"""


def choices(table: str) -> list[str]:
    return table.strip().replace("\n", "|").split("|")


def expression(chance: random.Random, depth: int) -> str:
    if depth == 0:
        return chance.choice(choices(LEAVES))
    pieces = chance.choice(choices(FORMS)).split("X")
    return pieces[0] + "".join(expression(chance, chance.randrange(depth)) + each for each in pieces[1:])


def hidden(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Secret([Part(each, f"var.{name}")]) if isinstance(each, str) else Marked(each, f"var.{name}")
        for name, each in values.items()
    }


def evaluated(text: str, given: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    scope = Scope(outside=outside(), folder=Path("/p"), project="shop", app="web", variables={**PLAIN, **given})
    evaluator = Evaluator(scope)
    return evaluator.value(lower_value(source_of("case", text.encode()))), evaluator.problems


def seen(value: Any) -> Any:
    """Return what may be seen of a value."""
    if isinstance(value, Secret | Marked):
        return ["secret"]
    if isinstance(value, list):
        return [type(value).__name__, *map(seen, value)]
    if isinstance(value, dict):
        return {name: seen(each) for name, each in value.items()}
    return value.name if isinstance(value, Unknown) else repr(value)


def written(value: Any) -> str:
    return json.dumps(revealed(value), sort_keys=True, default=plain_text)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_may_be_seen_depends_on_a_secret(seed: int) -> None:
    chance = random.Random(seed)
    compared = 0
    for _ in range(400):
        text = expression(chance, chance.randrange(1, 4))
        one, problems = evaluated(text, hidden(ONE))
        other, others = evaluated(text, hidden(OTHER))
        told = " ".join(f"{each.message} {each.hint}" for each in [*problems, *others])
        assert not any(each in told for each in HIDDEN), (text, told)
        if not problems and not others:
            assert seen(one) == seen(other), text
            compared += 1
    assert compared > 30


@pytest.mark.parametrize("seed", range(3))
def test_a_secret_has_the_value_that_a_plain_one_would_have_and_its_origin_gives_it_again(seed: int) -> None:
    chance = random.Random(100 + seed)
    checked = 0
    for _ in range(400):
        text = expression(chance, chance.randrange(1, 4))
        value, problems = evaluated(text, hidden(ONE))
        if problems or is_unknown(value) is not None or not is_secret(value):
            continue
        assert written(value) == written(evaluated(text, ONE)[0]), text
        origin = text_of(value)
        assert not any(each in origin for each in HIDDEN), (text, origin)
        if origin:
            again, problems = evaluated(origin, hidden(ONE))
            assert problems == [], (text, origin)
            assert written(again) == written(value), (text, origin)
            checked += 1
    assert checked > 20


def test_the_pieces_of_a_text_keep_their_sources() -> None:
    password = Secret([Part("hunter22", "var.password")])
    assert joined(["a", "b", password, "", "c", password]) == Secret([Part("abhunter22chunter22")])
    found = joined(["a", "b", password])
    assert isinstance(found, Secret)
    assert found.parts == (Part("ab"), Part("hunter22", "var.password"))


def test_a_secret_that_stands_in_the_file_leaves_nothing_to_be_written_down() -> None:
    password = Secret([Part("hunter22", "var.password")])
    found = joined(["a", Secret([Part("inline")]), password])
    assert isinstance(found, Secret)
    assert (found.reveal(), found.sources) == ("ainlinehunter22", ())
    assert text_of(found) == ""
    assert text_of([found]) == ""


def test_a_secret_is_never_shown_by_its_text() -> None:
    marked = Marked({"password": "hunter22"}, "var.db")
    assert repr(marked) == "Marked(var.db)"
    assert described(marked) == "a secret"
    assert "hunter22" not in f"{[marked]} {marked}"


@pytest.mark.parametrize("text", ["", 'a "b" \\', "${x} %{ if } $ % $${", "\n\r\t", "\x00\x1b\x7f\u2028é😀", "$%{"])
def test_a_text_in_quotes_is_read_as_it_was(text: str) -> None:
    assert evaluated(quoted(text), {}) == (text, [])
