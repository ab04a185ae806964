"""Which files of a folder are taken."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from milepost.sdk import OperationError
from milepost.testing.project import write_files
from milepost_local.ignore import Filter
from milepost_local.walk import app_files

PLAIN = "a.py a.txt b.log build/out.js build/keep.txt docs/x.md docs/y.txt docs/sub/z.md !odd #odd foo/foo/foo.txt"
DEEP = "src/a.py src/a.txt src/build/x.js src/deep/b.log src/deep/c.py src/deep/d/e.txt"
TREE = [*PLAIN.split(), *DEEP.split(), "with space.txt"]

LIKE_GIT = [
    {".gitignore": "*.log\n"},
    {".gitignore": "build/\n"},
    {".gitignore": "/build/\n"},
    {".gitignore": "build/\n!build/keep.txt\n"},
    {".gitignore": "build/*\n!build/keep.txt\n"},
    {".gitignore": "*\n!*/\n!*.py\n"},
    {".gitignore": "/*\n!/src/\n"},
    {".gitignore": "src/**\n"},
    {".gitignore": "src/**\n!src/a.py\n!src/deep/\n"},
    {".gitignore": "src/**/*.py\n"},
    {".gitignore": "**/deep\n"},
    {".gitignore": "deep/d\n"},
    {".gitignore": "src/*/*.py\n# a comment\n\n   \n"},
    {".gitignore": "\\!odd\n\\#odd\n"},
    {".gitignore": "with space.txt   \n"},
    {".gitignore": "foo\n"},
    {".gitignore": "foo/foo/\n"},
    {".gitignore": "[ab].*\n"},
    {".gitignore": "*.txt\n", "src/.gitignore": "!a.txt\n"},
    {".gitignore": "!*.txt\n", "src/.gitignore": "*.txt\n", "src/deep/.gitignore": "!d/\n/c.py\n"},
    {"docs/.gitignore": "*\n!.gitignore\n"},
    {"src/.gitignore": "/a.py\nbuild/\n"},
    {".gitignore": "*.md\r\n"},
    {".gitignore": "docs/?.md\n"},
    {".gitignore": "src/deep/**/e.txt\n"},
    {".gitignore": "\n".join(["src", "!src"])},
]


def taken(root: Path, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
    return sorted(each.path for each in app_files(root, Filter(include, exclude)))


@pytest.mark.skipif(shutil.which("git") is None, reason="git: not installed")
@pytest.mark.parametrize("ignores", LIKE_GIT, ids=repr)
def test_ignore_files_mean_what_they_mean_to_git(tmp_path: Path, ignores: dict[str, str]) -> None:
    write_files(tmp_path, {**dict.fromkeys(TREE, "x"), **ignores})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-per-directory=.gitignore"]
    told = subprocess.run(listed, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert taken(tmp_path) == sorted(each for each in told.split("\0") if each)


@pytest.mark.parametrize(
    ("files", "include", "exclude", "expected"),
    [
        ({".gitignore": "dist/", "dist/a.js": "", "b": ""}, ("/dist/",), (), [".gitignore", "b", "dist/a.js"]),
        ({".gitignore": "dist/", "dist/a.js": "", "dist/b": ""}, ("dist/*.js",), (), [".gitignore", "dist/a.js"]),
        ({".gitignore": "dist/", "dist/x/.gitignore": "*", "dist/x/a": ""}, ("/dist/",), ("*ignore",), ["dist/x/a"]),
        ({".gitignore": "a", ".milepostignore": "!a\nb", "a": "", "b": ""}, (), (".*",), ["a"]),
        ({".gitignore": "dist/", ".milepostignore": "!dist/", "dist/a": ""}, (), (".*",), ["dist/a"]),
        ({".milepostignore": "*.md", "x/.milepostignore": "!y.md", "x/y.md": "", "z.md": ""}, (), (".*",), ["x/y.md"]),
        ({"a": "", "b/c": "", "b/d": ""}, ("b/",), ("b/d",), ["a", "b/c"]),
        ({"a": "", "b/c": ""}, (), ("b/",), ["a"]),
        ({".env": "S=1", ".env.local": "", "x/.env": "", ".git/config": "", "a": ""}, (".env", ".git/"), (), ["a"]),
        ({".envrc": "", "environment": ""}, (), (), ["environment"]),
    ],
)
def test_the_project_file_and_milepostignore_have_their_say(
    tmp_path: Path, files: dict[str, str], include: tuple[str, ...], exclude: tuple[str, ...], expected: list[str]
) -> None:
    write_files(tmp_path, files)
    assert taken(tmp_path, include, exclude) == expected


OWN = ["milepost.hcl", "milepost.hcl.json", "waypoint.hcl", "waypoint.hcl.json", ".milepostignore", "prod.mpvars"]


@pytest.mark.parametrize("include", [(), ("*",), ("/milepost.hcl", "*.mpvars", ".milepostignore")])
def test_the_files_of_milepost_itself_are_never_taken(tmp_path: Path, include: tuple[str, ...]) -> None:
    write_files(tmp_path, {**dict.fromkeys(OWN, ""), "index.html": ""})
    assert taken(tmp_path, include) == ["index.html"]


def test_files_with_such_names_further_down_are_the_apps(tmp_path: Path) -> None:
    write_files(tmp_path, {f"examples/{name}": "" for name in OWN})
    assert taken(tmp_path) == sorted(f"examples/{name}" for name in OWN)


def test_an_ignore_file_counts_although_it_is_not_taken(tmp_path: Path) -> None:
    write_files(tmp_path, {".milepostignore": "b\n", "a": "", "b": ""})
    assert taken(tmp_path) == ["a"]


def test_sockets_and_pipes_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").touch()
    with socket.socket(socket.AF_UNIX) as server:
        before = os.getcwd()
        os.chdir(tmp_path)  # a socket's path must be short
        server.bind("socket")
        os.chdir(before)
        assert taken(tmp_path) == ["a"]


@pytest.mark.parametrize("target", ["/etc/hostname", "../outside", "inner/../../outside", "loop-out/x"])
def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path, target: str) -> None:
    app = tmp_path / "app"
    (app / "inner").mkdir(parents=True)
    (tmp_path / "outside").touch()
    (app / "loop-out").symlink_to("..")
    (app / "link").symlink_to(target)
    with pytest.raises(OperationError, match="leads out of the app's folder"):
        taken(app)


def test_a_link_that_stays_inside_is_taken_as_a_link(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/b": "x", "c/d": "y"})
    (tmp_path / "a/link").symlink_to("../c")
    assert taken(tmp_path) == ["a/b", "a/link", "c/d"]


def test_a_name_that_is_no_text_is_named(tmp_path: Path) -> None:
    with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9"), "w"):
        pass
    with pytest.raises(OperationError, match=r"no UTF-8: b'caf\\xe9'"):
        taken(tmp_path)


def test_what_lies_in_the_data_folder_is_no_part_of_the_app(tmp_path: Path) -> None:
    write_files(tmp_path, {"a": "", "state/trees/x/y": ""})
    found = app_files(tmp_path, Filter((), ()), apart=(tmp_path / "state",))
    assert [each.path for each in found] == ["a"]
