"""What the project file says about how much of the history is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.project.keep import Keep, Rule, age, kept_releases
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem

Read = Callable[..., Project]
Problems = Callable[..., tuple[Problem, ...]]

DAY = 86400.0

FILE = """
project = "shop"

history {
  keep {
    runs   = 1000
    age    = "365d"
    output = "90d"

    verb "build" {
      runs = 50
    }
  }
}
"""


def test_limits_are_read_for_all_runs_and_for_those_of_one_verb(read: Read) -> None:
    keep = read(FILE).keep
    assert keep.of("up") == Rule(runs=1000, age=365 * DAY, output=90 * DAY)
    assert keep.of("build") == Rule(runs=50)
    assert keep.asks


def test_a_file_without_limits_asks_for_nothing_to_be_removed(read: Read) -> None:
    assert read('project = "shop"\n').keep == Keep()
    assert not read('project = "shop"\nhistory {\n  keep {\n  }\n}\n').keep.asks


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("runs = 0", "expected a whole number above 0"),
        ('runs = "many"', "expected a whole number above 0"),
        ("age = 90", "expected a length of time"),
        ('age = "90 days"', "expected a length of time"),
        ('output = "${var.x}"', "expected a length of time"),
        ("bilds = 3", "bilds"),
    ],
)
def test_a_wrong_limit_is_told_with_its_place(problems: Problems, line: str, message: str) -> None:
    (problem,) = problems(f'project = "shop"\nhistory {{\n  keep {{\n    {line}\n  }}\n}}\n')
    assert message in problem.message
    assert problem.position is not None
    assert problem.position.line == 4


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90d", 90 * DAY), ("1d12h", 1.5 * DAY), ("30m", 1800.0), ("", None), ("d", None), ("90", None)],
)
def test_an_age_is_in_days_or_less(text: str, seconds: float | None) -> None:
    assert age(text) == seconds


APP = """
project = "s"

app "a" {{
  {lines}

  deploy {{
    use "fake" {{}}
  }}
}}
"""


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ('keep_releases = 2\nworkspace "w" {\n  keep_releases = 5\n}', 5),
        ("", 1),
        ("keep_releases = 1 + 1", None),
    ],
)
def test_the_most_releases_that_any_workspace_keeps_count(read: Read, lines: str, kept: int | None) -> None:
    project = read(APP.format(lines=lines))
    assert kept_releases(project.body.of_type("app")[0].body) == kept
