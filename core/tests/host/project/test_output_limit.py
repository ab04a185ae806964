"""What the project file says about how much of an operation's output is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.project.output_limit import USUAL, size
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem

FILE = 'project = "shop"\n\nhistory {{\n  output_limit = {}\n}}\n'


@pytest.mark.parametrize(
    ("written", "meant"),
    [('"10MB"', 10_000_000), ('"32MiB"', USUAL), ('"100 kB"', 100_000), ("1000000", 1_000_000), ('"0.5GiB"', 1 << 29)],
)
def test_a_limit_is_a_number_of_bytes_or_a_size(read: Callable[..., Project], written: str, meant: int) -> None:
    assert read(FILE.format(written)).output_limit == meant


def test_without_one_there_is_the_usual_one(read: Callable[..., Project]) -> None:
    assert read('project = "shop"\n').output_limit == USUAL


@pytest.mark.parametrize("written", ['"much"', '"10TB"', '"1kB"', "-5", "true", "var.size", '"${1}MB"'])
def test_what_is_no_size_is_an_error_with_its_place(problems: Callable[..., tuple[Problem, ...]], written: str) -> None:
    found = problems(FILE.format(written))
    (ours,) = [each for each in found if each.message.startswith("output_limit: expected a size")]
    assert ours.position is not None
    assert (ours.position.line, ours.hint) == (4, 'write output_limit = "32MiB"')


def test_small_letters_of_thousands_are_known() -> None:
    assert (size("2k"), size("2KiB"), size("2kiB"), size("2 MB"), size("MB")) == (2000, 2048, 2048, 2_000_000, None)
