"""What git knows of a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from milepost.host.git import source_of

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(home),
        **{f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "app.py").write_text("print()")
    for words in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "Add the app"]):
        subprocess.run(["git", *words], cwd=folder, env=environment(tmp_path), check=True)
    return folder


@needs_git
def test_commit_branch_and_subject_are_told(repository: Path) -> None:
    source = source_of(repository, environment(repository.parent))
    assert (source.branch, source.subject, source.dirty) == ("trunk", "Add the app", False)
    assert source.commit is not None
    assert len(source.commit) == 40


@needs_git
@pytest.mark.parametrize("name", ["app.py", "new.py"])
def test_what_was_changed_since_is_told(repository: Path, name: str) -> None:
    (repository / name).write_text("changed")
    assert source_of(repository, environment(repository.parent)).dirty is True


@needs_git
def test_a_detached_head_is_no_branch(repository: Path) -> None:
    subprocess.run(
        ["git", "checkout", "-q", "--detach"], cwd=repository, env=environment(repository.parent), check=True
    )
    assert source_of(repository, environment(repository.parent)).branch is None


@needs_git
def test_a_repository_without_a_commit_is_no_failure(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=environment(tmp_path), check=True)
    assert source_of(tmp_path, environment(tmp_path)).commit is None


def test_a_folder_without_repository_is_only_a_folder(tmp_path: Path) -> None:
    source = source_of(tmp_path, environment(tmp_path))
    assert (source.folder, source.commit, source.dirty) == (str(tmp_path), None, None)


def test_without_git_nothing_is_known(tmp_path: Path) -> None:
    assert source_of(tmp_path, {"PATH": str(tmp_path)}).commit is None
