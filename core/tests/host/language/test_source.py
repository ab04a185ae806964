from __future__ import annotations

from pathlib import Path

import pytest

from milepost.host.language.source import Source, source_of
from milepost.host.project.cache import read_project
from milepost.host.project.file import FILE_NAMES, LIMIT, find_project_file
from milepost.sdk.errors import ProjectError, ProjectFileError, ProjectNotFoundError
from milepost.sdk.problem import Problem


def test_the_file_is_found_in_a_folder_above(tmp_path: Path) -> None:
    (tmp_path / "milepost.hcl").touch()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_project_file(deep) == tmp_path / "milepost.hcl"


def test_the_nearest_folder_wins_over_the_better_name(tmp_path: Path) -> None:
    (tmp_path / "milepost.hcl").touch()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "waypoint.hcl").touch()
    assert find_project_file(tmp_path / "a") == tmp_path / "a" / "waypoint.hcl"


def test_of_two_files_in_a_folder_ours_is_taken(tmp_path: Path) -> None:
    for name in FILE_NAMES:
        (tmp_path / name).touch()
    assert find_project_file(tmp_path).name == "milepost.hcl"


def test_a_folder_with_the_name_of_the_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a" / "milepost.hcl").mkdir(parents=True)
    (tmp_path / "waypoint.hcl").touch()
    assert find_project_file(tmp_path / "a") == tmp_path / "waypoint.hcl"


def test_no_file_anywhere_says_which_names_were_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ProjectNotFoundError) as caught:
        find_project_file(tmp_path)
    assert "milepost.hcl, milepost.hcl.json, waypoint.hcl" in str(caught.value)
    assert caught.value.hint == "milepost init"


def test_a_file_that_cannot_be_read_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        read_project(tmp_path, None)
    assert str(tmp_path) in str(caught.value)
    assert "ls -l" in caught.value.hint


def test_a_file_that_is_too_big_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    file = tmp_path / "milepost.hcl"
    file.write_bytes(b"[" * (LIMIT + 1))
    with pytest.raises(ProjectFileError, match="larger than 1024 KiB"):
        read_project(file, None)


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b"\xff\xfep\x00", 1, 1, "found the byte 0xff"),
        (b"a = 1\n\xc3\xa9 \xe9", 2, 3, "found the byte 0xe9"),
        (b"a = 1\nb = \x00", 2, 5, "control character (U+0000)"),
        (b'a = "\x1b[31m"', 1, 6, "control character (U+001B)"),
        (b"a = 1\rb = 2", 1, 6, "carriage return"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(data: bytes, line: int, column: int, words: str) -> None:
    with pytest.raises(ProjectFileError) as caught:
        source_of("milepost.hcl", data)
    (problem,) = caught.value.problems
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (line, column)
    assert words in problem.message
    assert "\x1b" not in str(caught.value)


def test_a_byte_order_mark_is_no_character() -> None:
    assert source_of("milepost.hcl", b"\xef\xbb\xbfa = 1").text == "a = 1"


def test_problems_are_shown_in_the_order_of_the_file_each_once_with_its_line() -> None:
    source = Source("milepost.hcl", "one\r\ntwo\n")
    second, first = (Problem(text, source.position(at, at + 3)) for text, at in (("b", 5), ("a", 0)))
    error = source.error([second, first, second])
    assert [(each.message, each.source) for each in error.problems] == [("a", "one"), ("b", "two")]
    assert str(error).startswith("milepost.hcl:1:1: a\n  one\n  ^^^")


def test_of_a_very_long_line_the_part_around_the_place_is_shown() -> None:
    source = Source("milepost.hcl", "x" * 3000 + "wrong" + "x" * 3000)
    assert source.line(1) == ""
    [problem] = source.error([Problem("wrong", source.position(3000, 3005))]).problems
    assert len(problem.source) < 200
    _, line, mark = str(problem).splitlines()
    assert line[mark.index("^") : mark.rindex("^") + 1] == "wrong"
