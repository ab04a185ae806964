"""Where a history lies: a folder, or a shared store that a plugin opens; what is wrong is told before it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import pytest

from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.history.opening import open_history
from milepost.host.history.whereabouts import Means
from milepost.host.validation import validate
from milepost.sdk.errors import MilepostError, PluginNotFoundError, ProjectFileError, UsageError
from milepost.testing.distribution import installed, write_distribution
from milepost.testing.project import write_files

PLUGIN = """
from pathlib import Path
from urllib.parse import urlsplit

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.config import PluginConfig
from milepost.sdk.hooks import hookimpl
from milepost.sdk.offer import HistoryStoreOffer
from milepost.sdk.secret import Credential


class Shelf(PluginConfig, frozen=True, kw_only=True):
    url: Credential
    lease: float = 30.0


class Drawer(PluginConfig, frozen=True, kw_only=True):
    folder: str


def place(config):
    return Path(urlsplit(config.url.reveal()).path if isinstance(config, Shelf) else config.folder)


def open_store(config, opening):
    return SqliteStore.open(place(config), opening)


@hookimpl
def milepost_history_store(word):
    return HistoryStoreOffer(config=Shelf if word == "shelf" else Drawer, load=lambda: open_store)
"""

Open = Callable[..., Host]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Return what opens the project `shop` with a history block and some environment."""
    site = tmp_path / "site"
    groups = {"milepost.v1.history_store": {"shelf": "milepost_shelf", "drawer": "milepost_shelf"}}
    write_distribution(site, "milepost-shelf", "1.0", groups, {"milepost_shelf.py": PLUGIN})
    hosts: list[Host] = []

    def open_one(history: str = "", top: str = "", **environment: str) -> Host:
        app = 'app "web" {\nbuild {\nuse "fake" {}\n}\n}\n'
        block = f"history {{\n{history}\n}}\n" if history else ""
        folder = write_files(tmp_path / "shop", {"milepost.hcl": f'project = "shop"\n{top}\n{block}{app}'})
        own = {"MILEPOST_STATE": str(tmp_path / "state"), "MILEPOST_CACHE": str(tmp_path / "cache"), "HOME": "/nowhere"}
        hosts.append(Host(folder, {**own, **environment}, (str(site),)))
        return hosts[-1]

    with installed(site):
        yield open_one
        for each in hosts:
            each.close()


def test_without_a_word_it_lies_in_the_state_folder(opened: Open, tmp_path: Path) -> None:
    host = opened()
    assert host.writable_store().place == str(tmp_path / "state" / "projects" / "shop")
    assert not host.is_shared


def test_the_file_names_a_plugin_and_its_arguments_may_use_variables(opened: Open, tmp_path: Path) -> None:
    top = 'variable "login" {\nsensitive = true\n}\nlocals {\nplace = "' + str(tmp_path / "shared") + '"\n}'
    use = 'use "shelf" {\nurl = "shelf://ada:${var.login}@host${local.place}"\n}'
    host = opened(use, top, MILEPOST_VAR_login="hunter22")
    assert host.is_shared
    assert host.writable_store().place == str(tmp_path / "shared")
    assert host.whereabouts.config["url"] == f"shelf://ada:hunter22@host{tmp_path / 'shared'}"


def test_milepost_history_wins_and_its_scheme_is_the_plugin(opened: Open, tmp_path: Path) -> None:
    host = opened(f'path = "{tmp_path / "folder"}"', MILEPOST_HISTORY=f"shelf://host{tmp_path / 'named'}")
    assert host.writable_store().place == str(tmp_path / "named")


def test_milepost_history_may_be_a_folder_where_the_file_names_a_plugin(opened: Open, tmp_path: Path) -> None:
    host = opened('use "shelf" {\nurl = "shelf://host/nowhere"\n}', MILEPOST_HISTORY=str(tmp_path / "folder"))
    assert not host.is_shared
    assert host.writable_store().place == str(tmp_path / "folder")


def test_a_store_that_has_no_url_cannot_be_named_by_one(opened: Open) -> None:
    with pytest.raises(UsageError, match="'drawer' cannot be named by a URL") as refused:
        opened(MILEPOST_HISTORY="drawer://host/x").writable_store()
    assert 'use "drawer"' in refused.value.hint


def test_a_word_that_is_not_installed_names_those_that_are(opened: Open) -> None:
    with pytest.raises(PluginNotFoundError, match="shelf"):
        opened(MILEPOST_HISTORY="shelve://host/x").writable_store()


def test_what_is_wrong_with_its_arguments_is_told_with_the_place(opened: Open) -> None:
    host = opened('use "shelf" {\nurl = "shelf://host/x"\nlace = 3\n}')
    (problem,) = [each for each in validate(host, "default") if "history" in each.message]
    assert problem.message.startswith('history > use "shelf": ')
    assert problem.position is not None
    assert problem.position.line == 6
    with pytest.raises(ProjectFileError):
        host.writable_store()


def test_an_unknown_plugin_is_told_with_the_place(opened: Open) -> None:
    (problem,) = [each for each in validate(opened('use "shelve" {}'), "default") if "shelve" in each.message]
    assert problem.position is not None
    assert problem.position.line == 4


def test_a_path_and_a_plugin_cannot_both_be(opened: Open) -> None:
    with pytest.raises(ProjectFileError, match="found both"):
        _ = opened('path = "x"\nuse "shelf" {\nurl = "shelf://host/x"\n}').project


@pytest.mark.parametrize("name", ["workspace.name", "app.name", "labels"])
def test_it_is_one_for_all_apps_and_workspaces(opened: Open, name: str) -> None:
    with pytest.raises(ProjectFileError, match="one history is for all apps and workspaces"):
        _ = opened(f'use "drawer" {{\nfolder = "${{{name}}}"\n}}').project


def test_reading_the_project_does_not_open_it(opened: Open, tmp_path: Path) -> None:
    host = opened(f'use "drawer" {{\nfolder = "{tmp_path / "shared"}"\n}}')
    assert host.project.name == "shop"
    assert host.undelivered() == 0
    assert not (tmp_path / "shared").exists()


@pytest.mark.parametrize("password", ["hunter22", "hun/ter22", "hun@ter22", "hunter%2022"])
def test_the_password_of_a_url_is_never_shown_from_then_on(opened: Open, tmp_path: Path, password: str) -> None:
    host = opened(MILEPOST_HISTORY=f"shelf://ada:{password}@host{tmp_path / 'named'}")
    hidden: list[str] = []
    means = Means(folders=host.folders, new_id=host.new_id, now=system_clock, plugins=host._plugins, hide=hidden.append)
    with suppress(MilepostError, ValueError):  # what this plugin makes of it
        open_history(host.whereabouts, host.project, means).close()
    assert {password, unquote(password)} <= set(hidden)
