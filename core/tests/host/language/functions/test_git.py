"""Functions of git, in real repositories."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from milepost.testing.project import write_files

if TYPE_CHECKING:
    from core.tests.host.language.functions.conftest import Project

NOON = int(datetime(2025, 5, 17, 12, tzinfo=UTC).timestamp())
IDENTITY = ("-c", "user.name=Shop", "-c", "user.email=shop@example.com", "-c", "commit.gpgsign=false")


def git(project: Project, *words: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *words], cwd=project.folder, check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


@pytest.fixture
def repository(project: Project) -> Project:
    """A project with one commit."""
    write_files(project.folder, {"a.txt": "a"})
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    return project


def test_a_commit_without_a_tag_has_its_hash(repository: Project) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert repository.value("[gitrefhash(), gitrefpretty(), gitreftag()]") == [commit, commit, ""]


@pytest.mark.parametrize("words", [("v1.0",), ("-a", "-m", "release", "v1.0")])
def test_a_commit_with_a_tag_is_named_by_it(repository: Project, words: tuple[str, ...]) -> None:
    git(repository, "tag", *words)
    assert repository.value("[gitrefpretty(), gitreftag()]") == ["v1.0", "v1.0"]


def test_changes_of_files_that_git_knows_are_named_with_the_time(repository: Project) -> None:
    git(repository, "tag", "v1.0")
    write_files(repository.folder, {"new.txt": "not known to git"})
    assert repository.value("gitrefpretty()") == "v1.0"
    write_files(repository.folder, {"a.txt": "changed"})
    assert repository.value("gitrefpretty()") == f"v1.0_CHANGES_{NOON}"
    git(repository, "add", "a.txt")
    assert repository.value("gitrefpretty()") == f"v1.0_CHANGES_{NOON}"


def test_a_remote_has_a_url_without_what_logs_in(repository: Project) -> None:
    git(repository, "remote", "add", "origin", "https://me:token@example.com/shop.git")
    git(repository, "remote", "add", "backup", "ssh://git@example.com/shop.git")
    git(repository, "remote", "add", "other", "git@example.com:shop.git")
    assert repository.value('[gitremoteurl("origin"), gitremoteurl("backup"), gitremoteurl("other")]') == [
        "https://example.com/shop.git",
        "ssh://git@example.com/shop.git",
        "git@example.com:shop.git",
    ]
    problem = repository.problem('gitremoteurl("orgin")')
    assert 'git has no remote "orgin"; it has backup, origin, other' in problem.message
    assert problem.hint == 'did you mean "origin"?'
    assert "no remote" in repository.problem('gitremoteurl("--push")').message


@pytest.mark.parametrize("call", ["gitrefhash()", "gitrefpretty()", "gitreftag()", 'gitremoteurl("origin")'])
def test_without_a_repository_or_a_commit_git_has_nothing_to_tell(project: Project, call: str) -> None:
    problem = project.problem(call)
    assert f"git knows no repository at {project.folder}" in problem.message
    assert problem.hint.startswith(f"git -C {project.folder} status")
    git(project, "init", "-q")
    assert "has no commit yet" in project.problem(call).message
