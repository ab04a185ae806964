from __future__ import annotations

from pathlib import Path

import pytest

from milepost.host.folders import Folders
from milepost.host.history.place import folder_origin, history_place, origin_of
from milepost.sdk.errors import UsageError


def repository(folder: Path, url: str) -> Path:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text(
        f'[core]\n\tbare = false\n[remote "fork"]\n\turl = git@example.org:me/fork.git\n'
        f'[remote "origin"]\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\turl = {url}\n'
        f'[branch "main"]\n\tremote = origin\n'
    )
    return folder


@pytest.mark.parametrize(
    "url",
    [
        "git@example.org:acme/shop.git",
        "git@Example.org:/acme/shop.git",
        "example.org:acme/shop",
        "ssh://git@example.org/acme/shop.git",
        "ssh://git@example.org:2222/acme/shop",
        "https://example.org/acme/shop",
        "https://example.org/acme/shop.git/",
        "https://someone:hunter2@example.org/acme/shop.git",
        "HTTPS://example.org:443/acme/shop.git",
        "git://example.org/acme/shop.git",
        '"https://example.org/acme/shop.git" ; a comment',
        "https://example.org/acme/shop.git # a comment",
    ],
)
def test_one_repository_has_one_origin_however_it_is_reached(tmp_path: Path, url: str) -> None:
    assert origin_of(repository(tmp_path / "clone", url)) == "example.org/acme/shop"


def test_a_folder_inside_a_repository_has_its_origin(tmp_path: Path) -> None:
    inside = repository(tmp_path / "clone", "git@example.org:acme/shop.git") / "apps" / "web"
    inside.mkdir(parents=True)
    assert origin_of(inside) == "example.org/acme/shop"


def test_a_worktree_has_the_origin_of_its_repository(tmp_path: Path) -> None:
    main = repository(tmp_path / "clone", "git@example.org:acme/shop.git")
    private = main / ".git" / "worktrees" / "fix"
    private.mkdir(parents=True)
    (private / "commondir").write_text("../..\n")
    worktree = tmp_path / "fix"
    worktree.mkdir()
    (worktree / ".git").write_text(f"gitdir: {private}\n")
    assert origin_of(worktree) == "example.org/acme/shop"


def test_a_submodule_has_an_origin_of_its_own(tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer", "git@example.org:acme/outer.git")
    private = outer / ".git" / "modules" / "shop"
    private.mkdir(parents=True)
    (private / "config").write_text('[remote "origin"]\nurl = https://example.org/acme/shop\n')
    (outer / "shop").mkdir()
    (outer / "shop" / ".git").write_text("gitdir: ../.git/modules/shop\n")
    assert origin_of(outer / "shop") == "example.org/acme/shop"


def test_without_a_repository_the_folder_is_the_origin(tmp_path: Path) -> None:
    assert origin_of(tmp_path / "shop") == f"path:{tmp_path.resolve() / 'shop'}"


def test_without_a_remote_the_folder_is_the_origin(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("[core]\n\tbare = false\n")
    assert origin_of(tmp_path) == folder_origin(tmp_path)


def test_a_link_to_the_folder_is_the_same_project(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    assert origin_of(tmp_path / "link") == origin_of(tmp_path / "shop")


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_remote_on_this_machine_is_its_folder(tmp_path: Path, form: str) -> None:
    clone = repository(tmp_path / "clone", form.format(tmp_path / "bare.git"))
    assert origin_of(clone) == f"path:{tmp_path.resolve() / 'bare.git'}"


def test_a_relative_remote_is_seen_from_the_repository(tmp_path: Path) -> None:
    clone = repository(tmp_path / "clone", "../bare.git")
    assert origin_of(clone) == f"path:{tmp_path.resolve() / 'bare.git'}"


USER = Folders(Path("/user"), Path("/state"), Path("/cache"))


def test_the_history_lies_in_the_state_folder_by_project() -> None:
    assert history_place(USER, "shop", None, {}) == Path("/state/projects/shop")


def test_the_project_file_names_another_place() -> None:
    assert history_place(USER, "shop", "/srv/history", {}) == Path("/srv/history")


def test_the_environment_wins_over_the_project_file() -> None:
    assert history_place(USER, "shop", "/srv/history", {"MILEPOST_HISTORY": "/ci/history"}) == Path("/ci/history")


@pytest.mark.parametrize(
    "named",
    [
        *("postgres:/ada:hunter22@db/shop", "host=db password=hunter22", "postgres:ada@db", "postgresql:hunter22"),
        *(" postgres://ada:hunter22@db", '"postgres://ada:hunter22@db"', "_postgres://ada:hunter22", "host=hunter22"),
    ],
)
def test_no_folder_is_named_after_a_misspelt_address(tmp_path: Path, named: str) -> None:
    with pytest.raises(UsageError, match="neither a folder nor a URL") as caught:
        history_place(Folders(tmp_path, tmp_path, tmp_path), "shop", None, {"MILEPOST_HISTORY": named})
    assert "hunter22" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("named", ["/var/lib/history", "a=b", "me@home", "./postgres:ada@db", "12:30", "/var/user=ada"])
def test_a_folder_of_an_odd_name_is_a_folder(tmp_path: Path, named: str) -> None:
    found = history_place(Folders(tmp_path, tmp_path, tmp_path), "shop", None, {"MILEPOST_HISTORY": named})
    assert found == Path(named).absolute()
