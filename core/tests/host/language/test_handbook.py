"""What people are told of functions is true: each example is evaluated."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.host.language.calls import LAZY
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.functions import FAMILIES
from milepost.host.language.handbook import Example, Page, families, page, pages
from milepost.host.language.source import Source
from milepost.host.language.syntax.lower import lower_value
from milepost.host.project.scope import Scope
from milepost.sdk.functions import function
from milepost.testing.project import outside

WITHOUT_EXAMPLES = ("git", "sources")
"""Families whose results nobody can write down."""
PAGES = tuple(pages())
EXAMPLES = [(each.name, example) for each in PAGES for example in each.examples]


def evaluated(text: str, folder: Path) -> tuple[object, list[str]]:
    scope = Scope(
        outside=outside(folder),
        folder=folder,
        project="shop",
        app="web",
        workspace="default",
        variables={},
        path={},
        labels={},
    )
    evaluator = Evaluator(scope)
    value = evaluator.value(lower_value(Source("example", text)))
    return value, [each.message for each in evaluator.problems]


@pytest.mark.parametrize(
    ("name", "example"), EXAMPLES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(EXAMPLES)]
)
def test_each_example_is_true(name: str, example: Example, tmp_path: Path) -> None:
    value, problems = evaluated(example.call, tmp_path)
    assert f"{name}(" in example.call
    if not example.result:
        assert problems, f"{example.call} is {value!r}"
        return
    assert not problems
    assert value == evaluated(example.result, tmp_path)[0]


@pytest.mark.parametrize("each", PAGES, ids=[each.name for each in PAGES])
def test_each_function_says_what_it_returns_and_has_an_example(each: Page) -> None:
    assert each.summary.startswith(("Return", "Like"))
    assert "Example:" not in each.text + each.summary
    assert each.examples or each.family in WITHOUT_EXAMPLES


def test_all_that_can_be_called_has_a_page() -> None:
    assert {each.name for each in PAGES} == {*(name for names in FAMILIES.values() for name in names), *LAZY}
    assert sum(map(len, families().values())) == len(PAGES)


def test_a_page_is_made_of_the_annotations_and_the_description() -> None:
    @function(name="cut")
    def cut(text: str, at: list[int], more: bool = False, *rest: str | None) -> str:
        """Return a part
        of it.

        More of it.

        Example: cut("a", [1]) is "a"
        Example: cut(1) fails
        """
        return text

    found = page(cut, "demo")
    assert found.signature == "cut(text, at, [more], rest…)"
    assert found.parameters == (
        ("text", "string"),
        ("at", "list(number)"),
        ("more", "bool, may be left out"),
        ("rest…", "string"),
    )
    assert (found.summary, found.text) == ("Return a part of it.", "More of it.")
    assert found.examples == (Example('cut("a", [1])', '"a"'), Example("cut(1)", ""))
