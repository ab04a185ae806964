from __future__ import annotations

import pytest

from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower
from milepost.sdk.errors import ProjectFileError

REFUSED = (
    ("a = 1\na = 2\n", (2, 1)),
    ("b {\n  a = 1\n  a = 2\n}\n", (3, 3)),
    ("a = 1 b = 2\n", (1, 7)),
    ("b {} c {}\n", (1, 6)),
    ("b { c {} }\n", (1, 5)),
    ("b { a = 1\n}\n", (1, 5)),
    ("a = 1 b {}\n", (1, 7)),
    ('a = "\\q"\n', (1, 6)),
    ('a = "\\uD83D"\n', (1, 6)),
    ('a = "\\U00300000"\n', (1, 6)),
    ('a = "\\u20m2"\n', (1, 6)),
    ('a = "x\ny"\n', (1, 5)),
    ("a = 1\n* 2\n", (2, 1)),
    ("a = b\n ? 1\n : 2\n", (2, 2)),
    ("a = {x = 1\n + 2}\n", (2, 2)),
    ('a = "%{ endif }"\n', (1, 6)),
    ('a = "%{ else }x"\n', (1, 6)),
    ('a = "%{ if x }1%{ else }2%{ else }3%{ endif }"\n', (1, 26)),
    ("a = <<E\n${x\nE\n", (2, 1)),
    ("a = <<E\n%{ of\nE\n", (2, 1)),
    ("a = <<E\n%{ of }\nE\n", (2, 4)),
    ('b "x${1}" {}\n', (1, 3)),
    ('b "x"\n{}\n', (2, 1)),
    ("b\n{}\n", (2, 1)),
    ("a = {x=1 y=2}\n", (1, 10)),
    ("a = {\nx=1\n,y=2}\n", (3, 1)),
    ("a = x.*.*\n", (1, 8)),
    ("a = 1\rb = 2\n", (1, 6)),
)
"""What python-hcl2 accepts and HCL does not, and where the problem is."""

ACCEPTED = (
    "a = 15-13\n",
    "a = x -13\n",
    "a = 5-3.5\n",
    "a = - -3\n",
    "a = --3\n",
    "a = !!true\n",
    'a = "x ${~ 1 ~} y"\n',
    'a = "${\n1 +\n2\n}"\n',
    'a = "${ 1 /* c */ }"\n',
    'a = "$${"\n',
    "a = (1\n- 2)\n",
    "a = f(1\n- 2)\n",
    "a = (!\ntrue)\n",
    "a = (x\n.b)\n",
    'b "l1" /* c */ "l2" {}\n',
    "a /* x */ = 1\n",
    "a = /* x */ 1\n",
    "é = 1\n",
    "a = é.ü\n",
    "\U0001d49c = 1\n",
    "a = <<É\nx\nÉ\n",
    "a = <<_E\nx\n_E\n",
    "\ufeffa = 1\n",
    "a = <<E\nx\nE  \n",
    "a = { for k, v in y :\n k\n =>\n v }\n",
    "a = [\nfor\nk\n,\nv\nin y : v]\n",
    "a = x[ * ]\n",
)
"""What python-hcl2 refuses and HCL accepts."""


@pytest.mark.parametrize(("text", "at"), REFUSED)
def test_what_the_parser_alone_would_accept_is_refused_at_its_place(text: str, at: tuple[int, int]) -> None:
    with pytest.raises(ProjectFileError) as caught:
        lower(source_of("milepost.hcl", text.encode()))
    first = caught.value.problems[0].position
    assert first is not None
    assert (first.line, first.column) == at


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_the_parser_alone_would_refuse_is_accepted(text: str) -> None:
    body = lower(source_of("milepost.hcl", text.encode()))
    assert body.attributes or body.blocks
