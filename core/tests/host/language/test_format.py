from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milepost.host.language.format import formatted
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower
from milepost.host.language.tree import Body, Node
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Position

DOCS = Path(__file__).resolve().parents[4] / "docs"

AS_GO_DOES = [
    ("a=1", "a = 1\n"),
    ("a = 1 # foo\nbungle = 22 # bar\nc = 3\n", "a      = 1  # foo\nbungle = 22 # bar\nc      = 3\n"),
    ("a {\nb {\nc=1\n}\n}", "a {\n  b {\n    c = 1\n  }\n}\n"),
    ("a{b=1}", "a { b = 1 }\n"),
    ("a { }", "a {}\n"),
    ("a = [ 1,2 ,3 ]", "a = [1, 2, 3]\n"),
    ("a = [\n1,\n2\n]", "a = [\n  1,\n  2\n]\n"),
    ("a = f( x,y... ) [ 0 ] . b", "a = f(x, y...)[0].b\n"),
    ("a = -1 - -2", "a = -1 - -2\n"),
    ("a = 1 -2*- 3", "a = 1 - 2 * -3\n"),
    ("a = ! x&&y", "a = !x && y\n"),
    ("a = x?1:2", "a = x ? 1 : 2\n"),
    ("a = {for k,v in x:k=>v... if v>1}", "a = { for k, v in x : k => v... if v > 1 }\n"),
    ("a = a::b (1)", "a = a::b(1)\n"),
    ('b  "x"   "y"   {\n}', 'b "x" "y" {\n}\n'),
    ("x = 1\n\nyyy = 2", "x = 1\n\nyyy = 2\n"),
    ("x = [\n1\n]\nyyy = 2", "x = [\n  1\n]\nyyy = 2\n"),
    ("a = f([\n1,\n])", "a = f([\n  1,\n])\n"),
    ("  # c\na {\n# d\n}", "# c\na {\n  # d\n}\n"),
    ("a = 1 /* b */", "a = 1 /* b */\n"),
]


@pytest.mark.parametrize(("before", "after"), AS_GO_DOES)
def test_blanks_are_set_as_by_the_first_implementation(before: str, after: str) -> None:
    assert formatted(before) == after


@pytest.mark.parametrize(
    "text",
    [
        'a = "  x   ${  y  }  z="\n',
        'a = "%{ if  x }1%{ else }  2%{ endif }"\n',
        "a = <<E\n   x=1   \n\ty\nE\n",
        "b {\n  a = <<-E\n x\n     E\n}\n",
        "# a=1   b\n",
        "/* a=1\n   b */\n",
        "a = 1 # x  \n# y \t\n",
    ],
)
def test_texts_heredocs_and_comments_stay_as_they_are(text: str) -> None:
    assert formatted(text) == text


def test_a_heredocs_text_ends_a_chain_of_columns() -> None:
    assert formatted("a=1\nbbb=<<E\nx\nE\ncccccc=2\n") == "a   = 1\nbbb = <<E\nx\nE\ncccccc = 2\n"


def test_wide_letters_take_two_columns() -> None:
    assert formatted('a = "日本" # x\nb = 1 # y\n') == 'a = "日本" # x\nb = 1      # y\n'


def test_the_line_ends_of_a_file_stay() -> None:
    assert formatted("a=1\r\nbb=2\r\n") == "a  = 1\r\nbb = 2\r\n"


def meaning(text: str) -> Any:
    """Return the tree of a text without its places."""
    return without_places(lower(source_of("a", text.encode())))


def without_places(value: Any) -> Any:
    if isinstance(value, Body):
        return without_places((tuple(value.attributes.values()), value.blocks))
    if isinstance(value, Node):
        return type(value), without_places(tuple(vars(value).values()))
    if isinstance(value, tuple):
        return tuple(without_places(each) for each in value if not isinstance(each, Position))
    return value


def texts() -> Iterator[str]:
    """Yield what is written in the examples, and each again with its blanks scattered."""
    chance = random.Random(7)
    for file in sorted(DOCS.rglob("*.hcl")):
        text = file.read_text()
        yield text
        for _ in range(8):
            # Inside of texts, too: there they must stay.
            yield "".join(each * chance.choice((1, 1, 1, 3)) if each == " " else each for each in text)


@pytest.mark.parametrize("text", list(texts()))
def test_a_file_means_the_same_afterwards_and_a_second_time_changes_nothing(text: str) -> None:
    once = formatted(text)
    assert formatted(once) == once
    assert meaning(once) == meaning(text)


def test_a_damaged_text_that_still_is_one_means_the_same_afterwards() -> None:
    chance, sound = random.Random(11), 0
    base = (DOCS / "examples/trio/milepost.hcl").read_text()
    for _ in range(300):
        at = chance.randrange(len(base))
        text = (
            base[:at]
            + chance.choice(("", " ", "\n", "-", "1", "# x\n", ", ", "{", "}"))
            + base[at + chance.choice((0, 1)) :]
        )
        try:
            tree = meaning(text)
        except ProjectFileError:
            continue
        sound += 1
        assert meaning(formatted(text)) == tree
    assert sound > 20
