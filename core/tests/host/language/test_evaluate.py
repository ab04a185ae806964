from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower
from milepost.host.language.values import UNKNOWN, Unknown, described
from milepost.host.project.scope import Scope, artifact_names, deploy_names
from milepost.sdk import Artifact, Deployment
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside

Evaluate = Callable[[str], tuple[object, list[tuple[str, str]]]]

SCOPE = Scope(
    outside=outside(),
    folder=Path("/p"),
    project="shop",
    app="web",
    workspace="staging",
    variables={
        "tag": "v1",
        "many": ["a", "b"],
        "map": {"k": "v"},
        "ratio": Decimal("1.50"),
        "on": True,
        "none": None,
        "password": Secret([Part("hunter22", "var.password")]),
    },
    path={"project": "/p", "app": "/p/web", "pwd": "/p"},
    labels={"team": "web"},
)


def evaluate(text: str, scope: Scope = SCOPE) -> tuple[object, list[tuple[str, str]]]:
    evaluator = Evaluator(scope)
    expression = lower(source_of("milepost.hcl", f"a = {text}\n".encode())).attributes["a"].value
    value = evaluator.value(expression)
    return value, [(each.message, each.hint) for each in evaluator.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"x"', "x"),
        ("5", 5),
        ("1e3", 1000),
        ("1.5", Decimal("1.5")),
        ("-0.5", Decimal("-0.5")),
        ("null", None),
        ("[1, true, null]", [1, True, None]),
        ('{ a = 1, "b" = [2], (var.tag) = 3, 4 = 5 }', {"a": 1, "b": [2], "v1": 3, "4": 5}),
        ("var.tag", "v1"),
        ('"${var.tag}"', "v1"),
        ('"${var.many}"', ["a", "b"]),
        ('"${var.on}"', True),
        ('"x-${var.tag}-${5}-${var.on}-${var.ratio}"', "x-v1-5-true-1.5"),
        ("var.many[1]", "b"),
        ("var.many.0", "a"),
        ('var.map["k"]', "v"),
        ("var.map", {"k": "v"}),
        ("labels", {"team": "web"}),
        ("workspace", {"name": "staging"}),
        ("labels.team", "web"),
        ('labels["team"]', "web"),
        ("workspace.name", "staging"),
        ("app.name", "web"),
        ("project.name", "shop"),
        ("path.app", "/p/web"),
        ("<<E\n${app.name} on\n  ${workspace.name}\nE", "web on\n  staging\n"),
    ],
)
def test_an_expression_has_the_value_that_hcl_gives_it(text: str, value: object) -> None:
    assert evaluate(text) == (value, [])


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("var.tga", "there is no var.tga", "did you mean var.tag?"),
        ("vra.tag", 'the name "vra" means nothing', "did you mean var?"),
        ("yes", 'the name "yes" means nothing', "a text stands in quotes"),
        ("path.home", "there is no path.home", "path.app, path.project, path.pwd"),
        ("var.tag.x", 'var.tag is the text "v1", which has no parts', ""),
        ("var.many[2]", "var.many has 2 items, counted from 0; there is no number 2", ""),
        ('var.many["x"]', 'var.many is a list; found the text "x" in place of a number', ""),
        ("var.many[0.5]", "var.many is a list; found the number 0.5", ""),
        ("var.map[true]", "there is no var.map.true", "there is var.map.k"),
        ('"a ${workspace}"', "an object cannot stand in a text", "one of its names"),
        ("var.none.x", "var.none is null, which has no parts", ""),
        ('"a ${var.none}"', "null cannot stand in a text", ""),
        ('"a ${var.many}"', "a list cannot stand in a text", ""),
        ('"a ${var.map}"', "an object cannot stand in a text", ""),
        ("{ (var.many) = 1 }", "a key is a text; found a list", ""),
        ("var.password.x", "var.password is a secret, which has no parts", ""),
    ],
)
def test_what_cannot_be_evaluated_says_why(text: str, message: str, hint: str) -> None:
    value, problems = evaluate(text)
    assert message in problems[0][0]
    assert hint in problems[0][1]
    assert isinstance(value, (Unknown, dict))
    assert "hunter22" not in str(problems)


def test_all_that_is_wrong_in_an_expression_is_said() -> None:
    _, problems = evaluate('[var.a, { x = var.b }, "${var.c}-${var.d}"]')
    assert [message for message, _ in problems] == [f"there is no var.{each}" for each in "abcd"]


def test_a_template_with_a_secret_is_a_secret_whose_pieces_are_kept_apart() -> None:
    value, _ = evaluate('"a ${var.tag}:${var.password}@${workspace.name}"')
    assert isinstance(value, Secret)
    assert value.parts == (Part("a v1:"), Part("hunter22", "var.password"), Part("@staging"))


def test_what_is_not_known_yet_has_its_name_and_spreads() -> None:
    for text in ("artifact.image", '"x ${artifact.image}"', "{ (artifact.image) = 1 }"):
        value, problems = evaluate(text)
        assert isinstance(value, Unknown)
        assert (value.name, problems) == ("artifact.image", [])
    value, _ = evaluate("[artifact.image, 1]")
    assert isinstance(value, list)
    assert isinstance(value[0], Unknown)
    assert value[1] == 1


def test_a_scope_learns_what_a_stage_made() -> None:
    artifact = Artifact(kind="file-tree/1", reference="/x", digest="sha256:1", details={"files": 3, "kind": "mine"})
    scope = SCOPE.with_(artifact=artifact_names(artifact), deploy=deploy_names(Deployment(url="http://x"), "01A"))
    text = '"${artifact.reference} ${artifact.files} ${artifact.kind} ${deploy.url} ${deploy.id}"'
    assert evaluate(text, scope)[0] == "/x 3 file-tree/1 http://x 01A"
    assert isinstance(evaluate("artifact.files", scope.with_(artifact=UNKNOWN))[0], Unknown)
    assert evaluate("artifact.fils", scope)[1][0][1] == "did you mean artifact.files?"


def test_a_secret_is_never_described_by_its_text() -> None:
    assert described(Secret([Part("hunter22")])) == "a secret"
    assert described("x" * 100) == f'the text "{"x" * 40}…"'
