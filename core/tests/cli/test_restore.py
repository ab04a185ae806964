"""An export brought back: as the project's own history where there is none, or to be read only."""

from __future__ import annotations

import json

from core.tests.cli.test_store import FILE, Desk, desk
from core.tests.host.keeping.shop import contents

__all__ = ["desk"]


def elsewhere(desk: Desk, name: str) -> Desk:
    """Return the same project where there is no history of it yet."""
    return Desk(desk.folder, {"MILEPOST_STATE": str(desk.folder.parent / name)})


def test_an_export_is_restored_as_the_projects_own_where_there_is_no_history(desk: Desk) -> None:
    assert desk("store", "export", "x.jsonl").status == 0
    other = elsewhere(desk, "new")
    said = other("store", "import", "x.jsonl", "--restore")
    assert said.out.startswith("restored 6 runs, ")
    assert "as this project's own history" in said.out
    assert "note:" not in said.out
    old, new = desk.store(), other.store()
    assert (new.id, contents(new)) == (old.id, contents(old))
    [last] = new.latest("run", {}, limit=1)
    assert new.append({**last, "id": "09NEXT"}) == 7
    old.close()
    new.close()


def test_a_restored_history_may_have_been_opened_before(desk: Desk) -> None:
    assert desk("store", "export", "x.jsonl").status == 0
    other = elsewhere(desk, "new")
    other.store().close()
    said = other("store", "import", "x.jsonl", "--restore")
    assert "this history has an id of its own" in said.out
    assert other.numbers() == [1, 2, 3, 4, 5, 6]
    [*_, last] = json.loads(other("history", "--json").out)["runs"]
    assert last.get("store") is None


def test_only_an_empty_history_is_restored(desk: Desk) -> None:
    assert desk("store", "export", "x.jsonl").status == 0
    refused = desk("store", "import", "x.jsonl", "--restore")
    assert (refused.status, "has runs" in refused.err) == (5, True)
    assert "--as NAME" in refused.err
    assert desk("store", "import", "x.jsonl", "--restore", "--as", "x").status == 2


def test_into_an_empty_history_nothing_is_imported_until_it_is_said_what_for(desk: Desk) -> None:
    assert desk("store", "export", "x.jsonl").status == 0
    other = elsewhere(desk, "new")
    asked = other("store", "import", "x.jsonl")
    assert asked.status == 2
    assert "--restore makes it this project's own history again" in asked.err
    assert "to be read only" in asked.err
    assert not (desk.folder.parent / "new" / "projects").exists()
    assert "to read only, shown as #N@vm" in other("store", "import", "x.jsonl", "--as", "vm").out


def test_the_export_of_another_project_is_not_restored_and_nothing_is_made(desk: Desk) -> None:
    assert desk("store", "export", "x.jsonl").status == 0
    other = elsewhere(desk, "new")
    other.folder = desk.folder.parent / "other"
    other.folder.mkdir()
    (other.folder / "milepost.hcl").write_text(FILE.replace('"shop"', '"bakery"'))
    refused = other("store", "import", str(desk.folder / "x.jsonl"), "--restore")
    assert refused.status == 1
    assert "the export is of the project 'shop'" in refused.err
    assert not (desk.folder.parent / "new" / "projects").exists()
