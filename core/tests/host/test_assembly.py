"""The composition root: each part is made when it is first asked for, and nothing by looking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from milepost.host.assembly import Host, open_host
from milepost.sdk.errors import ProjectNotFoundError, UnknownNameError, UsageError
from milepost.testing.project import write_files

HCL = 'project = "shop"\nworkspaces = ["default", "staging"]\napp "web" {\nbuild {\nuse "files" {}\n}\n}\n'


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    folder = write_files(tmp_path / "shop", {"milepost.hcl": HCL, "deep/er/here": ""})
    environment = {"MILEPOST_STATE": str(tmp_path / "state"), "MILEPOST_CACHE": str(tmp_path / "cache")}
    made = open_host(folder / "deep" / "er", environment)
    yield made
    made.close()


def test_the_project_is_that_of_the_folder_or_one_above(host: Host) -> None:
    assert host.project.name == "shop"
    assert host.project.folder == host.folder.parent.parent


def test_without_a_project_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(ProjectNotFoundError, match="no project file in"):
        _ = open_host(tmp_path, {"HOME": str(tmp_path)}).project


def test_looking_at_the_history_makes_none(host: Host, tmp_path: Path) -> None:
    assert host.store.latest("run", {}) == []
    assert host.history.runs() == []
    assert not (tmp_path / "state").exists()


def test_a_writable_store_is_made_once_and_read_from_then_on(host: Host) -> None:
    store = host.writable_store()
    assert host.writable_store() is store
    assert host.store is store


def test_an_environment_without_home_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere to keep the history") as caught:
        _ = open_host(tmp_path, {}).folders
    assert caught.value.hint == "set MILEPOST_STATE to a folder"


def test_with_named_workspaces_one_must_be_chosen(host: Host) -> None:
    with pytest.raises(UsageError, match="none was chosen: default, staging"):
        host.workspace(None)
    assert host.workspace("staging") == "staging"
    with pytest.raises(UnknownNameError, match="did you mean 'staging'"):
        host.workspace("stagin")


def test_a_workspace_may_come_from_the_environment(host: Host) -> None:
    assert open_host(host.folder, {**host.environment, "MILEPOST_WORKSPACE": "staging"}).workspace(None) == "staging"


def test_an_app_that_is_not_there_is_named_with_the_nearest(host: Host) -> None:
    assert host.app("web") == "web"
    with pytest.raises(UnknownNameError, match="did you mean 'web'"):
        host.app("wep")


def test_the_environment_is_a_copy(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    host = open_host(tmp_path, environment)
    environment["HOME"] = "/elsewhere"
    assert host.environment["HOME"] == str(tmp_path)
