from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.language.document import decode, encode
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower
from milepost.host.language.tree import Body, Conditional, Operations, Unary
from milepost.host.language.walk import expressions, references
from milepost.sdk.errors import ProjectFileError


def tree(text: str) -> Body:
    return lower(source_of("milepost.hcl", text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "a = 1" + " + 1" * 10000,
        "a = 1" + " + 2 * 3 == 4 && b || c" * 500,
        "a = " + "-" * 2000 + "x",
        "a = " + "x ? y : " * 2000 + "z",
        "a = " + "x ? " * 99 + "y" + " : z" * 99,
        "a = a" + ".b" * 5000,
        "a = a" + "[0]" * 2000,
        "a = x" + ".*.a[0]" * 500,
        "a = x" + "[*]" * 98,
        "a = " + "(" * 99 + "1" + ")" * 99,
        "a = " + "(1 + " * 99 + "1" + ")" * 99,
        "a = " + "{a = " * 99 + "1" + "}" * 99,
        "a = " + "f(" * 99 + ")" * 99,
        "a = " + "[for x in " * 99 + "y" + " : x]" * 99,
        'a = "' + "%{ if x }" * 45 + "y" + "%{ endif }" * 45 + '"',
        'a = "' + "%{ if x }y%{ endif }" * 500 + '"',
    ],
)
def test_what_is_long_or_just_deep_enough_is_read_walked_and_kept(text: str) -> None:
    body = tree(text)
    for each in expressions(body):
        references(each)
    assert decode(encode(body), body.source) == body


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "x ? " * 200 + "y" + " : z" * 200,
        "a = x" + "[*]" * 200,
        "a = " + "a[" * 101 + "0" + "]" * 101,
        'a = "' + "%{ if x }" * 200 + "y" + "%{ endif }" * 200 + '"',
        "a = " + "(a || b && c == d < e + f * " * 90 + "1" + ")" * 90,
        "a = " + "(" * 100000,
    ],
)
def test_what_is_nested_too_deep_is_one_problem_with_its_place(text: str) -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree(text)
    (problem,) = caught.value.problems
    assert "nested more than 100 deep" in problem.message
    assert problem.position is not None
    assert problem.position.line == 1


def test_chains_are_flat() -> None:
    sums, signs, choices = (tree(text).value("a") for text in ("a = 1 + 2 - 3", "a = !!x", "a = b ? c : d ? e : f"))
    assert isinstance(sums, Operations)
    assert len(sums.rest) == 2
    assert isinstance(signs, Unary)
    assert signs.signs == "!!"
    assert isinstance(choices, Conditional)
    assert len(choices.branches) == 2


@pytest.mark.parametrize(
    ("one", "part", "end"),
    [
        ("a = 1", " + 1", "\n"),
        ("a = <<E\n", "x ${y}\n", "E\n"),
        ("a = <<-E\n", "  x\n\n", "  E\n"),
        ('a = "', "$%", '"\n'),
        ("a = {", "/* x */ ", "}\n"),
        ("a", " /**/", "{}\n"),
    ],
)
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(
    one: str, part: str, end: str, benchmark_ratio: Callable[[str, str], float]
) -> None:
    assert benchmark_ratio(one + part * 5000 + end, one + part * 500 + end) < 60


def test_two_broken_blocks_are_both_told() -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree('a = 5 5\nb {\n c = = 3\n}\nd = 1\ne = [1 2]\nf = "\\q"\ng = 1\ng = 2\n')
    places = [each.position[1:3] for each in caught.value.problems if each.position]
    assert places == [(1, 7), (3, 6), (6, 8), (7, 6), (9, 1)]


def test_a_text_that_is_not_closed_does_not_hide_others_nor_make_more() -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree('a = "x\nb "y {\n}\nc = 1 1\n')
    places = [each.position[1:3] for each in caught.value.problems if each.position]
    assert places == [(1, 5), (2, 3)]


def test_what_is_no_word_of_hcl_does_not_hide_other_problems() -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree("a = 'x y'\nb = 12ab\nc = “x”\nd = 1 @ 2;\ne = = 1\n")
    places = [each.position[1:] for each in caught.value.problems if each.position]
    assert places == [(1, 5, 1, 10), (2, 5, 2, 8), (3, 5, 3, 6), (4, 7, 4, 8), (5, 5, 5, 6)]


def test_the_end_of_a_text_over_two_lines_is_no_problem_of_its_own() -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree('a = "x\ny"\nb = 1 1\n')
    assert [each.position[1:3] for each in caught.value.problems if each.position] == [(1, 5), (3, 7)]


def test_the_lines_that_follow_from_a_broken_one_are_no_problems_of_their_own() -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree("a = b\n ? 1\n : 2\nc = 1\n")
    assert len(caught.value.problems) == 1


def test_a_file_full_of_errors_tells_the_first_ones() -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree("a = = 1\n" * 1000)
    assert len(caught.value.problems) == 20


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("a = 1\na = 2\n", (1, 1)),
        ("b {\n a = [1}\n", (2, 6)),
        ('a = "%{ if x }%{ endfor }"\n', (1, 6)),
        ('a = "%{ if x }%{ else }%{ else }%{ endif }"\n', (1, 6)),
    ],
)
def test_a_clash_shows_the_other_place(text: str, other: tuple[int, int]) -> None:
    with pytest.raises(ProjectFileError) as caught:
        tree(text)
    (related,) = caught.value.problems[0].related
    assert related.position[1:3] == other
