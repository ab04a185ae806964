"""Files: what is read, what is found, and that nothing outside of the project is."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from milepost.host.language.functions.files import file
from milepost.host.project.scope import Scope
from milepost.testing.project import write_files

if TYPE_CHECKING:
    from core.tests.host.language.functions.conftest import Project

GIGABYTE = 2**30


@pytest.mark.parametrize(
    ("path", "base", "folder"),
    [
        ("", ".", "."),
        ("/", "/", "/"),
        ("//", "/", "/"),
        ("a", "a", "."),
        ("a/", "a", "a"),
        ("/a", "a", "/"),
        ("a//b", "b", "a"),
        ("a/b/..", "..", "a/b"),
        ("/a/../b", "b", "/"),
        ("a/b///", "b", "a/b"),
        ("..", "..", "."),
        ("../a", "a", ".."),
    ],
)
def test_a_path_has_a_last_part_and_what_is_before_it(project: Project, path: str, base: str, folder: str) -> None:
    assert project.value(f'[basename("{path}"), dirname("{path}")]') == [base, folder]


def test_a_relative_path_begins_in_the_projects_folder(project: Project) -> None:
    write_files(project.folder, {"conf/a.txt": "hé\n"})
    assert project.value('file("conf/../conf/a.txt")') == "hé\n"
    assert project.value(f'file("{project.folder}/conf/a.txt")') == "hé\n"
    assert project.value('filebase64("conf/a.txt")') == "aMOpCg=="
    assert project.value('abspath("conf/./a.txt")') == f"{project.folder}/conf/a.txt"
    assert project.value('pathexpand("~/x/../y")') == f"{project.outside.environment['HOME']}/y"


def test_there_is_a_file_or_there_is_none(project: Project) -> None:
    write_files(project.folder, {"conf/a.txt": ""})
    assert project.value('[fileexists("conf/a.txt"), fileexists("conf/b"), fileexists("conf/a.txt/b")]') == [
        True,
        False,
        False,
    ]
    assert '"conf" is a folder; expected a file' in project.problem('fileexists("conf")').message


@pytest.mark.parametrize(
    "path", ["../other/key", "conf/../../other/key", "out/key", "key", "far", "/etc/passwd", "/dev/zero"]
)
@pytest.mark.parametrize("name", ["file", "filebase64", "fileexists", "templatefile"])
def test_no_path_and_no_link_leads_out_of_the_project(project: Project, path: str, name: str) -> None:
    write_files(project.folder.parent / "other", {"key": "secret"})
    (project.folder / "conf").mkdir()
    (project.folder / "out").symlink_to(project.folder.parent / "other")
    (project.folder / "key").symlink_to("../other/key")
    (project.folder / "far").symlink_to("key")
    problem = project.problem(f'{name}("{path}")')
    assert f'"{path}"' in problem.message
    assert "outside of the folders that this project may read" in problem.message
    assert "files = [" in problem.hint


def test_the_hint_names_the_folder_that_may_be_allowed(project: Project) -> None:
    assert 'milepost { files = ["../other"] }' in project.problem('file("../other/key")').hint
    assert 'milepost { files = ["/etc"] }' in project.problem('file("/etc/passwd")').hint


def test_a_folder_that_the_project_names_may_be_read(project: Project) -> None:
    other = write_files(project.folder.parent / "other", {"key": "shared"})
    scope = Scope(outside=project.outside, folder=project.folder, project="shop", app="web")
    context = replace(scope.context, readable=(project.folder, other))
    assert file.call(context, "../other/key") == "shared"


def test_a_project_behind_a_link_reads_its_own_files(project: Project, tmp_path: Path) -> None:
    write_files(project.folder, {"a.txt": "a"})
    (tmp_path / "link").symlink_to(project.folder)
    project.folder = tmp_path / "link"
    assert project.value('file("a.txt")') == "a"


def test_links_in_a_circle_are_told(project: Project) -> None:
    (project.folder / "a").symlink_to("b")
    (project.folder / "b").symlink_to("a")
    assert "circle" in project.problem('file("a")').message
    assert "circle" in project.problem('fileexists("a")').message


def test_what_is_no_file_is_not_read(project: Project) -> None:
    os.mkfifo(project.folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(project.folder)
        listening.bind("socket")
        os.chdir(here)
        assert '"pipe" is a pipe; expected a file' in project.problem('file("pipe")').message
        assert '"socket" is a socket' in project.problem('file("socket")').message
        assert '"." is a folder' in project.problem('file(".")').message


def test_a_file_of_a_gigabyte_is_refused_by_its_size(project: Project) -> None:
    with (project.folder / "big").open("wb") as big:
        big.truncate(GIGABYTE)
    assert '"big" is larger than 16 MiB' in project.problem('file("big")').message


def test_bytes_that_are_no_text_are_told_with_their_line(project: Project) -> None:
    write_files(project.folder, {"image.png": b"ok\n\xff\xfe"})
    problem = project.problem('file("image.png")')
    assert '"image.png" is no text in UTF-8 (line 2)' in problem.message
    assert problem.hint == 'filebase64("image.png") takes any bytes'
    assert project.value('filebase64("image.png")') == "b2sK//4="


def test_a_missing_file_names_the_nearest_one(project: Project) -> None:
    write_files(project.folder, {"conf/app.toml": ""})
    problem = project.problem('file("conf/ap.toml")')
    assert 'there is no file "conf/ap.toml"' in problem.message
    assert problem.hint == 'did you mean "conf/app.toml"?'


def test_no_path_has_a_nul_and_no_home_is_anothers(project: Project) -> None:
    assert "NUL" in project.problem('file("a\\u0000b")').message
    assert "another user" in project.problem('pathexpand("~root/x")').message


TREE = ["a.txt", "b.txt", "ab.txt", ".hidden", "a*", "sub/x.txt", "sub/y.md", "sub/deep/er/z.txt", "other/x.txt"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["a.txt", "ab.txt", "b.txt"]),
        ("*", [".hidden", "a*", "a.txt", "ab.txt", "b.txt"]),
        ("?.txt", ["a.txt", "b.txt"]),
        ("[a-c].txt", ["a.txt", "b.txt"]),
        ("[^a].txt", ["b.txt"]),
        ("{a,b}.txt", ["a.txt", "b.txt"]),
        ("{a,{b,ab}}.txt", ["a.txt", "ab.txt", "b.txt"]),
        ("{a.txt,sub/x.txt}", ["a.txt", "sub/x.txt"]),
        ("a\\\\*", ["a*"]),
        ("**/x.txt", ["other/x.txt", "sub/x.txt"]),
        ("sub/**", ["sub/deep/er/z.txt", "sub/x.txt", "sub/y.md"]),
        ("**", sorted(TREE)),
        ("**/*", sorted(TREE)),
        ("sub/../a.txt", ["a.txt"]),
        ("**.txt", ["a.txt", "ab.txt", "b.txt"]),
        ("nothing/*", []),
        ("sub", []),
    ],
)
def test_a_pattern_finds_files(project: Project, pattern: str, expected: list[str]) -> None:
    write_files(project.folder / "tree", dict.fromkeys(TREE, ""))
    assert project.value(f'fileset("tree", "{pattern}")') == expected


@pytest.mark.parametrize("pattern", ["{a", "[a", "[]a]", "[z-a]", "a\\\\", "{a,b}" * 11])
def test_a_wrong_pattern_is_told(project: Project, pattern: str) -> None:
    assert "pattern" in project.problem(f'fileset(".", "{pattern}")').message


def test_a_pattern_follows_links_once_and_not_out_of_the_project(project: Project) -> None:
    write_files(project.folder.parent / "other", {"key": ""})
    write_files(project.folder / "tree", {"sub/x": ""})
    (project.folder / "tree/out").symlink_to(project.folder.parent / "other")
    (project.folder / "tree/key").symlink_to(project.folder.parent / "other/key")
    (project.folder / "tree/sub/up").symlink_to("..")
    (project.folder / "tree/link").symlink_to("sub")
    (project.folder / "tree/broken").symlink_to("nowhere")
    assert project.value('fileset("tree", "**")') == ["link/x", "sub/x"]
    assert project.value('fileset("tree", "out/*")') == []
    assert "outside" in project.problem('fileset("../other", "*")').message


def test_a_pattern_of_many_stars_takes_no_time_on_a_long_name(project: Project) -> None:
    write_files(project.folder, {"a" * 250: ""})
    assert project.value(f'fileset(".", "{"*a" * 60}b")') == []


def test_a_name_that_is_no_text_is_told(project: Project) -> None:
    Path(os.fsdecode(os.fsencode(project.folder) + b"/caf\xe9")).write_text("")
    problem = project.problem('fileset(".", "*")')
    assert 'the name of the file "caf\\udce9" is no text in UTF-8' in problem.message
    assert "udce9" not in project.problem('file("caf")').hint
