"""Recorded secrets are read anew: variables at once, all else as the expression that it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from milepost.host.lifecycle.rereading import reread
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import scan
from milepost.host.project.cache import read_project
from milepost.host.project.scope import app_scope
from milepost.host.project.variables import variables
from milepost.host.sources import InstalledSources
from milepost.sdk.errors import OperationError
from milepost.testing.distribution import installed
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.source import ASKED, VALUES
from milepost.testing.project import outside, write_files

PROJECT = """
project = "shop"
variable "password" {
  sensitive = true
  default   = "Hunter22"
}
variable "users" {
  sensitive = true
  default   = { ada = "secret-of-ada" }
}
variable "late" {
  sensitive = true
  default   = upper(secret("fake", "db"))
}
variable "none" {
  sensitive = true
  default   = null
}
app "web" {
  deploy {
    use "local" {}
  }
}
"""

Read = Callable[..., Mapping[str, str | None]]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """Read origins anew, in a project whose defaults from sources were left open, as for what goes by records."""
    site, home = tmp_path / "site", tmp_path / "home"
    site.mkdir()
    install_fakes(site)
    write_files(home, {VALUES: json.dumps({"db": "postgres", "pw": "hunter2-long"})})
    write_files(tmp_path, {"milepost.hcl": PROJECT})
    project = read_project(tmp_path / "milepost.hcl", None)
    around = outside(tmp_path)
    sources = InstalledSources(
        plugins=Plugins(Catalog(scan([str(site)]))),
        project="shop",
        folder=tmp_path,
        environment=around.environment,
    )
    around = replace(around, sources=sources)
    app = project.apps["web"]
    scope = app_scope(project, app, "default", variables(project, (), around, lenient=True), around)
    with installed(site):
        yield lambda *origins: reread(scope, origins)


def asked(folder: Path) -> list[str]:
    path = folder / "home" / ASKED
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        ("var.password", "Hunter22"),
        ("upper(var.password)", "HUNTER22"),
        ("var.users.ada", "secret-of-ada"),
        ('"x-${var.password}"', "x-Hunter22"),
        ('secret("fake", "db")', "postgres"),
        ('substr(secret("fake", "pw"), 0, 7)', "hunter2"),
        ('dynamic("fake", {"name" = "db"})', "postgres"),
        ("var.late", "POSTGRES"),
        ('"${var.late}-${var.password}"', "POSTGRES-Hunter22"),
        ("var.none", None),
        ("var.gone_since", None),
    ],
)
def test_an_origin_gives_its_text_of_today(read: Read, origin: str, text: str | None) -> None:
    assert read(origin) == {origin: text}


def test_all_origins_are_asked_for_at_once(read: Read, tmp_path: Path) -> None:
    origins = ('secret("fake", "db")', 'upper(secret("fake", "pw"))', "var.password", 'secret("fake", "db")')
    assert read(*origins) == {origins[0]: "postgres", origins[1]: "HUNTER2-LONG", "var.password": "Hunter22"}
    assert asked(tmp_path) == ["db pw"]


def test_nobody_is_asked_for_what_is_not_wanted(read: Read, tmp_path: Path) -> None:
    read("var.password", "upper(var.password)")
    assert asked(tmp_path) == []


def test_what_cannot_be_read_today_is_told_with_its_origin_and_no_text(read: Read) -> None:
    with pytest.raises(OperationError) as caught:
        read('secret("fake", "gone")', 'secret("fake", "db")')
    wanted = 'secret("fake", "gone"): secret: the source fake: there is no gone in fake-values.json'
    assert str(caught.value) == f"a recorded secret cannot be read today: {wanted}"
    assert caught.value.hint == "add it"
