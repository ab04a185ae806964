"""What the names of a project file mean: groups that are asked for late, and those of which nothing is known."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from milepost.host.git import ask
from milepost.host.language.evaluate import Evaluator
from milepost.host.project.git_names import NAMES, GitNames
from milepost.host.project.project import Project
from milepost.host.project.scope import ROOTS, Scope, app_scope
from milepost.host.project.variables import variables
from milepost.testing.project import outside, write_files

Read = Callable[..., Project]

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(home),
        **{f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, env=environment(folder.parent), check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = write_files(tmp_path / "shop", {"app.py": "print()"})
    for words in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "Add the app"]):
        git(folder, *words)
    return folder


def names_of(folder: Path) -> GitNames:
    return GitNames(folder, environment(folder.parent), ask)


@needs_git
def test_git_tells_commit_branch_tag_state_and_remote(repository: Path) -> None:
    git(repository, "tag", "v1")
    git(repository, "remote", "add", "origin", "https://git.example/shop.git")
    found = dict(names_of(repository))
    commit = str(found["commit"])
    assert len(commit) == 40
    assert commit.startswith(str(found["short"]))
    assert (found["branch"], found["tag"], found["dirty"]) == ("trunk", "v1", False)
    assert found["remote"] == "https://git.example/shop.git"


@needs_git
def test_a_new_file_makes_the_folder_dirty_and_a_detached_head_has_no_branch(repository: Path) -> None:
    (repository / "new").write_text("")
    git(repository, "checkout", "-q", "--detach")
    found = names_of(repository)
    assert (found["dirty"], found["branch"], found["tag"], found["remote"]) == (True, None, None, None)


@needs_git
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:t0ken@git.example/shop", "https://git.example/shop"),
        ("https://t0ken@git.example/shop", "https://git.example/shop"),
        ("git@git.example:shop.git", "git@git.example:shop.git"),
    ],
)
def test_what_logs_in_is_no_part_of_the_remote(url: str, shown: str, repository: Path) -> None:
    git(repository, "remote", "add", "origin", url)
    assert names_of(repository)["remote"] == shown


@needs_git
def test_outside_of_a_repository_all_of_git_is_null(tmp_path: Path) -> None:
    assert dict(names_of(write_files(tmp_path / "plain", {}))) == dict.fromkeys(NAMES)


def test_git_is_asked_once_and_only_for_what_is_used(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []

    def answer(folder: Path, environment: object, *words: str) -> str:
        asked.append(words)
        return "abc"

    found = GitNames(tmp_path, {}, answer)
    assert ("commit" in found, "comit" in found, len(found)) == (True, False, 6)
    assert asked == []
    assert (found["short"], found["short"]) == ("abc", "abc")
    assert asked == [("rev-parse", "--short", "HEAD")]


@pytest.fixture
def shop_scope(shop: Project, tmp_path: Path) -> Scope:
    world = replace(outside(tmp_path), git=lambda folder, environment, *words: " ".join(words[:1]))
    return app_scope(shop, shop.apps["web"], "staging", variables(shop, (), world), world)


def test_every_group_that_is_listed_means_something(shop_scope: Scope) -> None:
    assert [name for name in ROOTS if shop_scope.root(name) is None] == []
    assert shop_scope.root("nothing") is None


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("git.commit", "rev-parse"),
        ("entrypoint.env", {}),
        ("workspace.name", "staging"),
        ("app.name", "web"),
        ("project.name", "shop"),
    ],
)
def test_names_have_their_values_in_an_app(expression: str, value: object, shop_scope: Scope, read: Read) -> None:
    project = read(f'project = "x"\nlabels = {{ a = {expression} }}\n')
    assert project.labels is not None
    evaluator = Evaluator(shop_scope)
    assert (evaluator.value(project.labels), evaluator.problems) == ({"a": value}, [])
