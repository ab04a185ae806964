"""A history that moves from this machine to a shared database and back, by the command line, on a real server."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.tests.host.keeping.shop import NOON, Shop, contents
from milepost.cli.start import run
from milepost.cli.surroundings import Surroundings
from milepost.host.assembly import Host, open_host
from tests.engines.postgres import PostgresServer, database, postgres_server

__all__ = ["database", "postgres_server"]

FILE = 'project = "shop"\n\napp "web" {\n  deploy {\n    use "local" {\n      command = ["true"]\n    }\n  }\n}\n'


@dataclass
class Desk:
    """A project on a machine."""

    folder: Path
    state: Path

    def host(self, place: str = "") -> Host:
        """Return the host, with the history at that place."""
        return open_host(self.folder, self._environment(place))

    def __call__(self, *words: str, place: str = "") -> dict[str, Any]:
        """Carry out a command line that succeeds, and return its document."""
        out, err = io.StringIO(), io.StringIO()
        world = Surroundings(
            environment=self._environment(place),
            folder=self.folder,
            out=out,
            err=err,
            input=io.StringIO(),
            open_host=open_host,
            now=lambda: NOON + timedelta(days=60),
        )
        assert run([*words, "--json"], world) == 0, err.getvalue()
        return dict(json.loads(out.getvalue()))

    def everything(self, place: str = "") -> dict[str, Any]:
        """Return all that the history has."""
        host = self.host(place)
        found = {"id": host.store.id, **contents(host.store)}
        host.close()
        return found

    def _environment(self, place: str) -> dict[str, str]:
        return {"MILEPOST_STATE": str(self.state), **({"MILEPOST_HISTORY": place} if place else {})}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A project with a few runs in a history of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "milepost.hcl").write_text(FILE)
    desk = Desk(folder, tmp_path / "state")
    host = desk.host()
    shop = Shop(host.writable_store())
    for _ in range(3):
        shop.up()
    shop.build()
    host.close()
    return desk


def test_a_history_goes_to_a_shared_database_and_back_as_it_was(desk: Desk, database: str, tmp_path: Path) -> None:
    before = desk.everything()
    moved = desk("store", "move", database)
    assert moved["runs"] == 4
    assert "owner-of-the-server" not in json.dumps(moved)
    assert desk.everything(database) == before
    assert desk("store", "verify", place=database)["sound"]
    back = str(tmp_path / "back")
    desk("store", "move", back, place=database)
    assert desk.everything(back) == before


def test_a_shared_history_is_pruned_exported_and_mended_by_its_export(
    desk: Desk, database: str, tmp_path: Path
) -> None:
    before, file = desk.everything(), str(tmp_path / "x.jsonl")
    desk("store", "move", database)
    desk("store", "export", file, place=database)
    gone = desk("store", "prune", "--runs", "1", "--yes", place=database)
    assert [each["number"] for each in gone["runs"]] == [1]
    assert desk("store", "import", file, place=database)["new"]["runs"] == 1
    assert desk.everything(database) == before
    assert desk("store", "stats", place=database)["runs"] == 4


def test_what_is_copied_of_a_shared_history_comes_back_by_import(desk: Desk, database: str, tmp_path: Path) -> None:
    desk("store", "move", database)
    copy = str(tmp_path / "copy")
    done = desk("store", "backup", copy, place=database)
    assert done["form"] == "export"
    elsewhere = str(tmp_path / "elsewhere")
    assert desk("store", "import", copy, "--as", "team", place=elsewhere)["name"] == "team"
    assert [each["number"] for each in desk("history", place=elsewhere)["runs"]] == [4, 3, 2, 1]


def test_what_was_copied_of_a_shared_history_is_restored_as_it_was(
    desk: Desk, postgres_server: PostgresServer, database: str, tmp_path: Path
) -> None:
    desk("store", "move", database)
    before = desk.everything(database)
    copy = str(tmp_path / "copy")
    desk("store", "backup", copy, place=database)
    places = (postgres_server.url(postgres_server.new_database()), str(tmp_path / "elsewhere"))
    for place in places:
        done = desk("store", "import", copy, "--restore", place=place)
        assert (done["restored"], done["id"], done["name"]) == (True, before["id"], None)
        assert desk.everything(place) == before
        assert desk("store", "verify", place=place)["sound"]
        host = desk.host(place)
        [last] = host.store.latest("run", {}, limit=1)
        assert host.writable_store().append({**last, "id": "09NEXT"}) == 5
        host.close()
