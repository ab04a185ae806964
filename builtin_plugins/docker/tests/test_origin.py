"""What an image says of where it comes from: the same for the same source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.origin import PREFIX, origin_labels, public_url


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(("git", "-C", str(folder), *identity, *words), check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, name: str, content: str) -> str:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", name, "--date", "2024-05-06T07:08:09Z")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "git@code.test:me/shop.git")
    return folder


def step_in(folder: Path, tmp_path: Path, **environment: str) -> FakeStep:
    bench = Bench(tmp_path)
    usual = bench.step("build").facts.environment
    return bench.step("build", source=folder, environment={**usual, **environment})


def test_revision_source_version_and_time_are_those_of_git(repository: Path, tmp_path: Path) -> None:
    revision = commit(repository, "web/app.py", "1")
    git(repository, "tag", "v1.2")
    found = origin_labels(step_in(repository / "web", tmp_path))
    assert found[f"{PREFIX}revision"] == revision
    assert found[f"{PREFIX}source"] == "https://code.test/me/shop"
    assert found[f"{PREFIX}version"] == "v1.2"
    assert found[f"{PREFIX}created"].endswith("+00:00")


def test_a_commit_that_changes_something_else_changes_no_label(repository: Path, tmp_path: Path) -> None:
    commit(repository, "web/app.py", "1")
    before = origin_labels(step_in(repository / "web", tmp_path))
    commit(repository, "docs/page.md", "2")
    assert origin_labels(step_in(repository / "web", tmp_path)) == before


def test_what_is_not_committed_makes_the_revision_dirty_and_has_no_time(repository: Path, tmp_path: Path) -> None:
    revision = commit(repository, "web/app.py", "1")
    (repository / "web" / "app.py").write_text("2")
    found = origin_labels(step_in(repository / "web", tmp_path))
    assert found[f"{PREFIX}revision"] == f"{revision}-dirty"
    assert f"{PREFIX}created" not in found


def test_source_date_epoch_is_the_time_where_it_is_set(repository: Path, tmp_path: Path) -> None:
    found = origin_labels(step_in(repository, tmp_path, SOURCE_DATE_EPOCH="86400"))
    assert found == {f"{PREFIX}created": "1970-01-02T00:00:00+00:00"}


def test_a_folder_without_git_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert origin_labels(step_in(tmp_path / "plain", tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path))) == {}


def test_a_machine_without_git_says_nothing(repository: Path, tmp_path: Path) -> None:
    assert origin_labels(step_in(repository, tmp_path, PATH=str(tmp_path))) == {}


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("git@code.test:me/shop.git", "https://code.test/me/shop"),
        ("ssh://git@code.test:2222/me/shop.git", "https://code.test/me/shop"),
        ("https://me:token@code.test:8443/me/shop", "https://code.test:8443/me/shop"),
        ("/srv/git/shop.git", ""),
        ("", ""),
    ],
)
def test_a_remote_is_told_as_a_page_without_anybodys_name_or_password(remote: str, url: str) -> None:
    assert public_url(remote) == url
