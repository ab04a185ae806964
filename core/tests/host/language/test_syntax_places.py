from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import pytest

from milepost.host.language.source import Source, source_of
from milepost.host.language.syntax.lower import lower, lower_template, lower_value
from milepost.host.language.tree import (
    Conditional,
    Expression,
    For,
    Literal,
    Node,
    Number,
    Operations,
    Reference,
    Splat,
)
from milepost.host.language.walk import expressions, inside
from milepost.sdk.problem import Position


def at(source: Source, position: Position) -> str:
    """The characters at a place."""
    starts = [0, *accumulate(len(each) for each in source.text.split("\n"))]
    offsets = [
        starts[line - 1] + line - 1 + column - 1
        for line, column in ((position.line, position.column), (position.end_line, position.end_column))
    ]
    return source.text[offsets[0] : offsets[1]]


def nodes(expression: Node) -> Iterator[Node]:
    yield expression
    for each in inside(expression):
        yield from nodes(each)


TEXT = """\
a = 1 + x.y * f(-2, [3, "t"]...)
b = "é ${ v.w ~} \\u00e9 %{ if c }yes ${d}%{ else }no%{ endif } z"
c = <<-END
    first ${v.w} "quoted"

      %{ for k, i in l ~}
      - ${k}:${i.j}
      %{~ endfor }
    last
    END
d = { "k" = v.w[*].x, (n) = [for i in l : i if i != null] }
e = p ? q : r.*.s[0]
"""


def test_every_node_stands_where_its_place_says() -> None:
    source = source_of("milepost.hcl", TEXT.encode())
    found = [each for value in expressions(lower(source)) for each in nodes(value)]
    texts = {(type(each).__name__, at(source, each.position)) for each in found}
    for expected in (
        ("Operations", 'x.y * f(-2, [3, "t"]...)'),
        ("Call", 'f(-2, [3, "t"]...)'),
        ("Number", "-2"),
        ("Literal", '"t"'),
        ("Literal", ".y"),
        ("Literal", "é "),
        ("Literal", " \\u00e9 "),
        ("Reference", "v.w"),
        ("Conditional", "%{ if c }yes ${d}%{ else }no%{ endif }"),
        ("Template", "yes ${d}"),
        ("Literal", "no"),
        ("Join", "%{ for k, i in l ~}\n      - ${k}:${i.j}\n      %{~ endfor }"),
        ("Reference", "i.j"),
        ("Literal", "\n    last\n"),
        ("Object", '{ "k" = v.w[*].x, (n) = [for i in l : i if i != null] }'),
        ("Splat", "[*].x"),
        ("For", "[for i in l : i if i != null]"),
        ("Operations", "i != null"),
        ("Conditional", "p ? q : r.*.s[0]"),
        ("Splat", ".*.s"),
    ):
        assert expected in texts


def test_words_and_numbers_are_exactly_what_stands_at_their_places() -> None:
    source = source_of("milepost.hcl", TEXT.encode())
    for value in expressions(lower(source)):
        for each in nodes(value):
            text = at(source, each.position)
            if isinstance(each, Number):
                assert text == each.text
            if isinstance(each, Reference):
                assert text.startswith(each.root)


def test_what_stands_in_a_node_stands_within_its_place() -> None:
    for value in expressions(lower(source_of("milepost.hcl", TEXT.encode()))):
        for outer in nodes(value):
            for inner in inside(outer):
                assert (outer.position.line, outer.position.column) <= (inner.position.line, inner.position.column)
                ends = [(each.position.end_line, each.position.end_column) for each in (inner, outer)]
                assert ends[0] <= ends[1]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("\n  a +\n  b\n", Operations, "a +\n  b"),
        ("(a) ? (b) : (c)", Conditional, "(a) ? (b) : (c)"),
        ("{ for a in b : a => a }", For, "{ for a in b : a => a }"),
        ("x /* c */ .y", Reference, "x /* c */ .y"),
        ("x[ * ] . y", Splat, "[ * ] . y"),
    ],
)
def test_a_value_on_its_own_has_places(text: str, kind: type[Node], expected: str) -> None:
    source = Source("t", text)
    value: Expression = lower_value(source)
    assert [at(source, each.position) for each in nodes(value) if isinstance(each, kind)] == [expected]


def test_a_template_on_its_own_has_places() -> None:
    source = Source("t", "a\nb ${c.d}\r\n\n  ${ e }")
    found = [at(source, each.position) for each in nodes(lower_template(source)) if not isinstance(each, Literal)]
    assert found == [source.text, "c.d", "e"]


def test_the_sign_of_an_operation_has_its_place() -> None:
    source = Source("t", "a +\n b")
    value = lower_value(source)
    assert isinstance(value, Operations)
    assert at(source, value.rest[0].position) == "+"
