"""All that is wrong with a file is told at once, where the one does not follow from the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.sdk.problem import Problem

Problems = Callable[..., tuple[Problem, ...]]

APPS = """project = "x"
app "a" {
  port = var.missing
  deploy {
    use "l" {}
  }
}
app "b" {
  %s
  deploy {
    use "l" {
      x = var.msising
    }
  }
}
"""


def lines(found: tuple[Problem, ...]) -> list[int]:
    return [each.position.line for each in found if each.position]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("prot = 1", [3, 9, 12]),
        ("depends_on = 1", [3, 9, 12]),
        # What a block is that nobody knows, nobody knows of what stands in it.
        ("biuld {\n  }", [3, 9]),
    ],
)
def test_names_are_told_beside_other_mistakes(wrong: str, told: list[int], problems: Problems) -> None:
    assert lines(problems(APPS % wrong)) == told


def test_names_are_told_beside_a_mistake_in_a_variable_whose_name_is_known(problems: Problems) -> None:
    text = APPS % "port = 1" + 'variable "other" {\n  defualt = 1\n}\n'
    assert any("missing" in each.message for each in problems(text))


@pytest.mark.parametrize("wrong", ['vairable "missing" {\n}', 'workspaces = "x"', "variable {\n}"])
def test_names_are_not_told_where_they_may_follow_from_another_mistake(wrong: str, problems: Problems) -> None:
    text = APPS % "port = 1" + wrong + "\n"
    assert all("missing" not in each.message or "vairable" in each.message for each in problems(text))


def test_blocks_given_twice_show_the_other_place(problems: Problems) -> None:
    (problem,) = problems('project = "x"\nconfig {\n}\nconfig {\n}\n')
    assert [each.position.line for each in problem.related] == [2]
