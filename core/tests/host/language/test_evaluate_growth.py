from __future__ import annotations

from pathlib import Path

import pytest

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower, lower_value
from milepost.host.language.values import UNKNOWN, Marked
from milepost.host.project.scope import Scope
from milepost.testing.project import outside


def evaluator(locals_: str = "", **variables: object) -> Evaluator:
    """An evaluator in a scope with locals, one a line."""
    body = lower(source_of("milepost.hcl", locals_.encode()))
    expressions = {name: each.value for name, each in body.attributes.items()}
    given = dict(variables)
    return Evaluator(
        Scope(
            outside=outside(),
            folder=Path("/p"),
            project="shop",
            app="web",
            variables=given,  # type: ignore[arg-type]  # values of the language
            locals=expressions,
        )
    )


def value(text: str, of: Evaluator) -> object:
    return of.value(lower_value(source_of("case", text.encode())))


def doubling(first: str, pattern: str, times: int = 60) -> str:
    lines = [f"l0 = {first}", *(f"l{at + 1} = {pattern.replace('X', f'local.l{at}')}" for at in range(times))]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("locals_", "asked", "words"),
    [
        (doubling('"ha"', '"${X}${X}"'), "local.l60", "16 MiB of text"),
        (doubling('"ha"', "upper(join(X, [X, X]))"), "local.l60", "16 MiB of text"),
        (doubling('["ha"]', "[X, X]"), "local.l60", "1,000,000 items"),
        (doubling('["ha"]', "concat(X, X)"), "local.l60", "1,000,000 items"),
        (doubling('["ha"]', "{ a = X, b = X }"), "local.l60", "1,000,000 items"),
        (doubling('["ha"]', "[for x in concat(X, X) : x]"), "jsonencode(local.l60)", "1,000,000 items"),
        (doubling('"ha"', '"%{ for x in [1, 2] }${X}%{ endfor }"'), "local.l60", "16 MiB of text"),
        (doubling("var.secret", '"${X}${X}"'), "local.l60", "16 MiB of text"),
        (doubling("var.secret", "[X, X]"), "try(local.l60, 1)", "1,000,000 items"),
        (doubling('["ha"]', "[X, X]"), "false ? local.l60 : 1", "1,000,000 items"),
    ],
)
def test_what_doubles_itself_ends_with_one_error_that_has_its_place(locals_: str, asked: str, words: str) -> None:
    at_work = evaluator(locals_, secret=Marked(5, "var.secret"))
    assert value(asked, at_work) is UNKNOWN
    (problem,) = at_work.problems
    assert words in problem.message
    assert problem.position is not None
    assert problem.position.line > 10


def test_after_too_much_was_made_nothing_more_is_evaluated_or_told() -> None:
    at_work = evaluator(doubling('["ha"]', "[X, X]"))
    value("local.l60", at_work)
    assert value("1 + true", at_work) is UNKNOWN
    assert len(at_work.problems) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1" + " + 1" * 10_000, 10_001),
        ("false" + " || true" * 10_000, True),
        ("false ? 0 : " * 10_000 + "7", 7),
        ("!" * 10_000 + "true", True),
        ("[1]" + "[*]" * 90 + "", None),
        ('"' + "${1}" * 5_000 + '"', "1" * 5_000),
        (f"[{'1, ' * 20_000}][19999]", 1),
    ],
)
def test_a_long_expression_is_evaluated_without_going_deep(text: str, expected: object) -> None:
    at_work = evaluator()
    found = value(text, at_work)
    assert at_work.problems == []
    assert expected is None or found == expected


def test_a_deep_expression_is_evaluated() -> None:
    at_work = evaluator()
    assert value("(1 || " * 0 + "upper(" * 90 + '"a"' + ")" * 90, at_work) == "A"
    assert at_work.problems == []


def test_a_long_chain_of_locals_is_evaluated() -> None:
    chain = "l0 = 1\n" + "".join(f"l{at + 1} = local.l{at} + 1\n" for at in range(3_000))
    at_work = evaluator(chain)
    assert value("local.l3000", at_work) == 3_001
    assert at_work.problems == []


def test_a_chain_of_locals_that_cannot_be_seen_beforehand_ends_with_a_value_or_an_error() -> None:
    chain = "l0 = 1\n" + "".join(f'l{at + 1} = local["l${{{at}}}"] + 1\n' for at in range(3_000))
    at_work = evaluator(chain)
    assert value("local.l3000", at_work) in (UNKNOWN, 3_001)
    assert [each.message for each in at_work.problems] in ([], ["this is nested too deep to be evaluated"])


def test_a_secret_that_goes_through_many_hands_has_no_endless_origin() -> None:
    chain = "l0 = var.secret\n" + "".join(f"l{at + 1} = local.l{at} + 1\n" for at in range(200))
    at_work = evaluator(chain, secret=Marked(1, "var.secret"))
    found = value("local.l200", at_work)
    assert isinstance(found, Marked)
    assert (found.value, found.origin) == (201, "")
