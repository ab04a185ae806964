"""JSON: what is read, with which places, what is refused, and that it means what the native syntax means."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.json_syntax.lower import lower_json, lower_json_values
from milepost.host.language.json_syntax.source import JsonSource
from milepost.host.language.source import Source
from milepost.host.language.syntax.lower import lower
from milepost.host.language.tree import Body, Expression, Literal, Number, Object, Template
from milepost.host.language.walk import inside
from milepost.host.project.schema import ROOT, Shape
from milepost.host.project.scope import Scope
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Position, Problem
from milepost.testing.project import outside

SCOPE = Scope(
    outside=outside(),
    folder=Path("/p"),
    project="shop",
    app="web",
    workspace="staging",
    variables={"tag": "v1", "many": ["a", "b"]},
    path={},
    labels={},
)
OPEN = Shape(anything=True, foreign=True)


def read(text: str, shape: Shape = ROOT) -> Body:
    return lower_json(JsonSource("milepost.hcl.json", text), shape)


def wrong(text: str, shape: Shape = ROOT) -> tuple[Problem, ...]:
    with pytest.raises(ProjectFileError) as caught:
        read(text, shape)
    return caught.value.problems


def value(text: str) -> Any:
    evaluator = Evaluator(SCOPE)
    found = evaluator.value(read(f'{{"a": {text}}}').attributes["a"].value)
    assert not evaluator.problems, evaluator.problems
    return found


def written(source: str, position: Position) -> str:
    """Return what stands at a place."""
    lines = source.split("\n")
    if position.line == position.end_line:
        return lines[position.line - 1][position.column - 1 : position.end_column - 1]
    first, *between = lines[position.line - 1 : position.end_line]
    return "\n".join([first[position.column - 1 :], *between[:-1], between[-1][: position.end_column - 1]])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1", 1),
        ("-0.5e-3", Decimal("-0.0005")),
        ("123456789012345678901234567890.5", Decimal("123456789012345678901234567890.5")),
        ("true", True),
        ("null", None),
        ('""', ""),
        ('"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\"\\\\"', 'é😀/\b\f\n\r\t"\\'),
        ('"e\\u0301"', "é"),
        ("[]", []),
        ('[1, [2, {"a": null}]]', [1, [2, {"a": None}]]),
        ('"${var.tag}-x"', "v1-x"),
        ('"${var.many}"', ["a", "b"]),
        ('"$${var.tag} %%{ if }"', "${var.tag} %{ if }"),
        ('"\\u0024{var.tag}"', "v1"),
        ('"say \\"${upper(\\"a\\\\n\\")}\\" \\\\n"', 'say "A\n" \\n'),
        ('"%{ for x in var.many }<${x}>%{ endfor }"', "<a><b>"),
        ('{"${var.tag}": 1, "k": "${[for x in var.many : upper(x)]}"}', {"v1": 1, "k": ["A", "B"]}),
        ('{"//": "a key of a value is no comment"}', {"//": "a key of a value is no comment"}),
    ],
)
def test_a_json_value_means_what_the_native_syntax_means(text: str, meant: Any) -> None:
    assert value(text) == meant


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", (1, 1), "found the end of the file, expected a value"),
        ('{"a": 1', (1, 1), 'the "{" that stands here is not closed'),
        ('{"a": [1, {"b": 2}', (1, 7), 'the "[" that stands here is not closed (in a)'),
        ('{"a": [1, 2,]}', (1, 12), 'found "]" after a comma, expected a value (in a)'),
        ('{"a": 1,}', (1, 8), 'found "}" after a comma, expected a name in double quotes'),
        ('{"a": 01}', (1, 7), 'found "01", expected a value (in a)'),
        ('{"a": .5}', (1, 7), 'found ".5", expected a value (in a)'),
        ('{"a": +5}', (1, 7), 'found "+5", expected a value (in a)'),
        ('{"a": NaN}', (1, 7), 'found "NaN", expected a value (in a)'),
        ('{"a": True}', (1, 7), 'found "True", expected a value (in a)'),
        ('{"a" 1}', (1, 6), 'found "1", expected ":" and a value (in a)'),
        ('{"a" = 1}', (1, 6), 'found "=", expected ":" and a value (in a)'),
        ("{'a': 1}", (1, 2), 'found "\'", expected a name in double quotes'),
        ("{a: 1}", (1, 2), 'found "a", expected a name in double quotes'),
        ('{"a": 1 "b": 2}', (1, 9), 'found """, expected "," or "}"'),
        ('{"a": 1} {}', (1, 10), 'found "{", expected the end of the file'),
        ('{"a": {"b": [0, tru]}}', (1, 17), 'found "tru", expected a value (in a.b[1])'),
        ('{"a b": {"c.d": tru}}', (1, 17), 'found "tru", expected a value (in ["a b"]["c.d"])'),
        ('{"a": "x\\q"}', (1, 9), "\\q is not an escape (in a)"),
        ('{"a": "\\u12g4"}', (1, 8), "\\u is not an escape (in a)"),
        ('{"a": "\\ud83d"}', (1, 8), "\\ud83d is half of a character (in a)"),
        ('{"a": "x\ty"}', (1, 9), "a tab cannot stand in a text (in a)"),
        ('{"a": "x\ny"}', (1, 7), "this text is not closed on its line (in a)"),
        (f'{{"a": {"1" * 300}}}', (1, 7), "this number is too long (in a)"),
        ('{"a": 1e999999999}', (1, 7), "this number is too long (in a)"),
        ('{"a": ' + "[" * 100, (1, 106), "this is nested more than 100 deep"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place_and_what_was_expected(
    text: str, at: tuple[int, int], message: str
) -> None:
    [problem] = wrong(text)
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == at
    assert problem.message.startswith(message)


def test_each_value_stands_where_it_is_written() -> None:
    text = """{
  "a": [1, -2.5, true, "x"],
  "b": {"k": "a\\n${ upper(\\"\\u0041\\" ) }"},
  "variable": {"tag": {"type": "list( string )"}}
}"""
    body = read(text)
    a, b = (body.attributes[name] for name in "ab")
    assert written(text, a.position) == '"a"'
    assert [written(text, each.position) for each in inside(a.value)] == ["1", "-2.5", "true", '"x"']
    assert isinstance(b.value, Object)
    [entry] = b.value.entries
    assert written(text, entry.key.position) == '"k"'
    assert isinstance(entry.value, Template)
    call = entry.value.parts[1]
    assert written(text, call.position) == 'upper(\\"\\u0041\\" )'
    assert [written(text, each.position) for each in inside(call)] == ['\\"\\u0041\\"']
    [variable] = body.blocks
    assert written(text, variable.position) == '"tag"'
    assert written(text, variable.body.attributes["type"].value.position) == "list( string )"


def test_what_is_wrong_in_a_template_stands_at_its_place_with_the_path_and_all_is_told_at_once() -> None:
    text = '{"app": {"web": {"labels": {"a": "\\n\\u00e9${1 +}", "b": "${("}, "path": 1, "path": 2}}}'
    found = [(each.message, written(text, each.position)) for each in wrong(text) if each.position]
    assert [message.partition(" (in ")[2] for message, _ in found] == [
        "app.web.labels.a)",
        "app.web.labels.b)",
        "app.web.path)",
    ]
    assert found[0] == ('found "}", expected a value (in app.web.labels.a)', "}")
    assert found[2][1] == '"path"'


def test_a_block_is_an_object_or_a_list_of_objects_its_label_a_property() -> None:
    one = read('{"app": {"web": {"build": {"hook": [{"a": 1}, {"a": 2}]}}, "api": [{"path": "x"}]}}')
    other = read('[{"app": [{"web": {"build": [{"hook": {"a": 1}}, {"hook": {"a": 2}}]}}]}, {"app": {"api": {}}}]')
    assert [each.labels[0].text for each in one.of_type("app")] == ["web", "api"]
    assert [each.labels[0].text for each in other.of_type("app")] == ["web", "api"]
    [build] = one.blocks[0].body.blocks
    assert [each.body.value("a") for each in build.body.of_type("hook")] == [
        Number(text, each.body.attributes["a"].value.position)
        for text, each in zip("12", build.body.of_type("hook"), strict=True)
    ]


def test_null_is_no_block_and_a_comment_is_none() -> None:
    body = read('{"//": {"anything": 1}, "config": null, "app": {"//": "x", "web": {"//": 1, "release": null}}}')
    assert [each.type for each in body.blocks] == ["app"]
    assert not body.attributes
    assert body.blocks[0].body.content == ({}, ())


def test_what_a_plugin_takes_stays_an_object_in_which_comments_may_stand() -> None:
    body = read('{"//": 1, "volume": [{"//": "x", "path": "/a"}]}', OPEN)
    assert not body.blocks
    evaluator = Evaluator(SCOPE)
    assert evaluator.value(body.attributes["volume"].value) == [{"path": "/a"}]


def test_an_argument_or_a_key_that_is_given_twice_names_both_places() -> None:
    for text in ('{"a": 1,\n"a": 2}', '{"x": {"a": 1,\n"a": 2}}'):
        [problem] = wrong(text)
        assert problem.position is not None
        assert problem.position.line == 2
        [other] = problem.related
        assert written(text, other.position) == '"a"'
        assert other.position.line == 1
        assert "already" in problem.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", ("the file: found a number, expected an object",)),
        ('{"app": "web"}', ("app: found a text", "the app's name", "app")),
        ('{"app": {"web": 3}}', ('app "web": found a number, expected an object', "app.web")),
        ('{"config": true}', ("config: found true, expected an object", "config")),
    ],
)
def test_something_else_than_a_block_is_refused(text: str, words: tuple[str, ...]) -> None:
    [problem] = wrong(text)
    assert all(each in problem.message for each in words)


def test_texts_in_a_file_of_values_are_plain() -> None:
    body = lower_json_values(JsonSource("a.mpvars.json", '{"//": "x", "a": "${var.x}", "b": {"app": {"c": 1}}}'))
    assert list(body.attributes) == ["a", "b"]
    assert isinstance(body.attributes["a"].value, Literal)
    assert body.attributes["a"].value.value == "${var.x}"
    with pytest.raises(ProjectFileError, match="found a list, expected an object with the values by their names"):
        lower_json_values(JsonSource("a.mpvars.json", "[]"))


def native(expression: Expression) -> Any:
    """Return the value of an expression that has no names."""
    return Evaluator(SCOPE).value(expression)


def test_any_json_document_has_the_value_that_python_reads() -> None:
    chance = random.Random(7)

    def some(depth: int) -> Any:
        kinds = [lambda: chance.choice([None, True, False]), lambda: chance.randint(-(10**30), 10**30), text]
        if depth < 4:
            kinds += [lambda: [some(depth + 1) for _ in range(chance.randint(0, 4))], lambda: members(depth)]
        return chance.choice(kinds)()

    def text() -> str:
        return "".join(chance.choice('ab"\\\n\t/é😀 {}#$%') for _ in range(chance.randint(0, 8)))

    def members(depth: int) -> dict[str, Any]:
        return {text(): some(depth + 1) for _ in range(chance.randint(0, 4))}

    for _ in range(200):
        document = {"a": some(0)}
        raw = json.dumps(document, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 2]))
        if "${" in raw or "%{" in raw:
            continue
        assert native(read(raw).attributes["a"].value) == document["a"], raw


def test_a_mutated_file_is_read_or_refused_with_a_place_inside_of_it() -> None:
    chance = random.Random(11)
    labels = '{"a": "\\u00e9${var.x[0]}%{ if true }b%{ endif }"}'
    base = '{"project": "shop", "app": {"web": {"labels": ' + labels + ', "port": -1.5e3}}}'
    for _ in range(1500):
        text = list(base)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            change = chance.choice(["cut", "double", "flip"])
            if change == "cut":
                del text[at : at + chance.randint(1, 5)]
            elif change == "double":
                text[at:at] = text[at : at + 4]
            else:
                text[at] = chance.choice('{}[]",:\\$%u0e-')
            text = text or [" "]
        source = JsonSource("milepost.hcl.json", "".join(text))
        try:
            lower_json(source, ROOT)
        except ProjectFileError as error:
            for problem in error.problems:
                assert problem.position is not None
                assert 1 <= problem.position.line <= 1 + source.text.count("\n")
                assert problem.position.column <= len(source.text) + 1


def test_a_text_without_braces_never_meets_the_parser() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom milepost.host.language.json_syntax.lower import lower_json\n"
        "from milepost.host.language.source import Source\nfrom milepost.host.project.schema import ROOT\n"
        "lower_json(Source('m.json', sys.argv[1]), ROOT)\nprint('lark' in sys.modules)"
    )
    for text, parsed in (('{"a": "plain $ %"}', "False"), ('{"a": "${1}"}', "True")):
        done = subprocess.run([sys.executable, "-c", code, text], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == parsed


def test_the_same_project_in_both_syntaxes_has_the_same_values() -> None:
    plain = lower(Source("m", 'labels = {a = "x${1 + 1}", "b c" = [1, -2]}\nproject = "shop"\n'))
    other = read('{"labels": {"a": "x${1 + 1}", "b c": [1, -2]}, "project": "shop"}')
    assert {name: native(each.value) for name, each in plain.attributes.items()} == {
        name: native(each.value) for name, each in other.attributes.items()
    }
