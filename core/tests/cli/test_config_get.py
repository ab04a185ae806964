"""`milepost config get`, and runs of an app whose config comes from sources: what is shown, given and kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.tests.cli.conftest import Shop
from milepost.testing.fakes.source import ASKED, VALUES

SECRET, OTHER = "sekret-of-the-db", "another-of-the-db"

CONFIG = """
variable "db" {
  sensitive = true
  default   = secret("fake", "db")
}

app "web" {
  config {
    internal = { pw = upper(secret("fake", "pw")), host = "db.test" }
    env = {
      URL    = "pg://app:${config.internal.pw}@${config.internal.host}"
      DB     = var.db
      REGION = secret("fake", "region", { sensitive = false })
    }
    file = { "conf/app.ini" = "db = ${var.db}" }
  }
"""


@pytest.fixture
def sourced(shop: Shop) -> Shop:
    """The shop with a config from the source `fake`."""
    text = (shop.folder / "milepost.hcl").read_text()
    (shop.folder / "milepost.hcl").write_text(text.replace('app "web" {', CONFIG))
    know(shop, db=SECRET)
    return shop


def know(shop: Shop, db: str) -> None:
    (shop.folder.parent / VALUES).write_text(json.dumps({"db": db, "pw": "hunter2-long", "region": "eu"}))


def asked(shop: Shop) -> list[str]:
    path = shop.folder.parent / ASKED
    return path.read_text().splitlines() if path.exists() else []


def kept(shop: Shop) -> bytes:
    """Return all bytes that runs leave behind, but for the world outside."""
    state = shop.folder.parent / "state"
    files = [each for each in state.rglob("*") if each.is_file() and not each.is_relative_to(state / "plugins")]
    return b"".join(each.read_bytes() for each in files)


def test_the_values_are_shown_with_kind_source_and_place_and_secrets_as_such(sourced: Shop) -> None:
    told = sourced("config", "get", "web").stdout
    rows = [line.split(maxsplit=3) for line in told.splitlines()]
    assert [row[:3] for row in rows[1:]] == [
        ["env", "URL", "secret"],
        ["env", "DB", "secret"],
        ["env", "REGION", "eu"],
        ["internal", "pw", "secret"],
        ["internal", "host", "db.test"],
        ["file", "conf/app.ini", "secret"],
    ]
    assert rows[1][3].split("  ")[0] == 'upper(secret("fake", "pw"))'
    assert rows[2][3].startswith("var.db ")
    assert rows[1][3].endswith("milepost.hcl:19:16")
    assert SECRET not in told


def test_the_document_has_no_secret_either(sourced: Shop) -> None:
    (app,) = sourced.document("config", "get")["apps"]
    values = {each["name"]: each for each in app["values"]}
    assert app["app"] == "web"
    assert (values["DB"]["state"], values["DB"]["value"], values["DB"]["source"]) == ("secret", None, "var.db")
    assert (values["REGION"]["state"], values["REGION"]["value"], values["REGION"]["source"]) == ("known", "eu", None)
    assert values["host"]["position"]["line"] == 17
    assert "hunter2" not in json.dumps(app).lower()


def test_one_value_stands_alone(sourced: Shop) -> None:
    assert sourced("config", "get", "web", "REGION").stdout == "eu\n"
    assert sourced("config", "get", "web", "URL").stdout == "secret\n"
    assert "did you mean 'REGION'?" in sourced("config", "get", "web", "REGOIN", status=2).stderr


def test_without_sources_nobody_is_asked(sourced: Shop) -> None:
    told = sourced("config", "get", "--no-sources").stdout
    assert asked(sourced) == []
    assert [line.split()[1] for line in told.splitlines() if "not asked" in line] == [
        "URL",
        "DB",
        "REGION",
        "pw",
        "conf/app.ini",
    ]


def test_who_validates_or_looks_asks_nobody(sourced: Shop) -> None:
    sourced("validate")
    sourced("config", "explain")
    sourced("variables")
    sourced("status")
    assert asked(sourced) == []


def test_a_run_asks_once_for_defaults_and_once_for_config_and_keeps_no_secret(sourced: Shop) -> None:
    told = sourced("up", "--debug")
    assert [set(each.split()) for each in asked(sourced)] == [{"db"}, {"pw", "region"}]
    (deployment,) = sourced.world.read()["deployments"].values()
    assert deployment["env"] == {"URL": "***", "DB": "***", "REGION": "eu"}
    assert deployment["files"] == {"conf/app.ini": "***"}
    for secret in (SECRET, "hunter2-long", "HUNTER2-LONG"):
        assert secret not in told.stdout + told.stderr
        assert secret.encode() not in kept(sourced)
    assert b'upper(secret(\\"fake\\", \\"pw\\"))' in kept(sourced)


def test_the_same_values_change_nothing_and_another_one_deploys(sourced: Shop) -> None:
    sourced("up")
    assert sourced.document("up")["run"]["status"] == "unchanged"
    know(sourced, db=OTHER)
    assert sourced.document("up")["run"]["status"] == "success"


def test_a_rollback_reads_the_values_anew_and_tells_which_have_changed(sourced: Shop) -> None:
    sourced("up")
    sourced("up", "--var", "tag=two")
    know(sourced, db=OTHER)
    told = sourced("rollback")
    assert "config.env.DB, config.file.conf/app.ini have changed since #1" in told.stdout + told.stderr
    assert OTHER not in told.stdout + told.stderr
    assert OTHER.encode() not in kept(sourced)


def test_a_rollback_whose_source_has_nothing_says_which_and_changes_nothing(sourced: Shop) -> None:
    sourced("up")
    sourced("up", "--var", "tag=two")
    (sourced.folder.parent / VALUES).write_text('{"db": "sekret-of-the-db", "region": "eu"}')
    told = sourced("rollback", status=1)
    wanted = 'upper(secret("fake", "pw")): secret: the source fake: there is no pw in fake-values.json'
    assert wanted in told.stdout + told.stderr


def test_an_up_whose_source_has_nothing_ends_at_the_value_and_changes_nothing(sourced: Shop, tmp_path: Path) -> None:
    (sourced.folder.parent / VALUES).write_text('{"db": null, "pw": "hunter2-long", "region": "eu"}')
    told = sourced("up", status=2)
    assert "milepost.hcl:12:15" in told.stdout + told.stderr
    assert "db is sealed" in told.stdout + told.stderr
    assert sourced.world.read()["deployments"] == {}


def test_files_on_a_platform_that_writes_none_are_told_before_anything_runs(shop: Shop) -> None:
    text = (
        (shop.folder / "milepost.hcl").read_text().replace('deploy {\n    use "fake"', 'deploy {\n    use "fake-plain"')
    )
    config = 'app "web" {\n  config {\n    file = { "a" = "b" }\n  }\n'
    (shop.folder / "milepost.hcl").write_text(text.replace('app "web" {', config))
    told = shop("validate", status=2)
    assert "config has files, which the platform 'fake-plain' cannot give to the app" in told.stdout + told.stderr


def test_who_uses_no_value_of_a_source_asks_for_none(sourced: Shop) -> None:
    sourced("build")
    assert asked(sourced) == []


def test_a_hook_of_a_rollback_may_use_a_variable_that_comes_from_a_source(sourced: Shop) -> None:
    inside = 'when = "before"\non = ["rollback"]\ncommand = ["sh", "-c", "echo $1; echo $1 > ../seen", "sh", var.db]'
    text = (sourced.folder / "milepost.hcl").read_text()
    (sourced.folder / "milepost.hcl").write_text(
        text.replace("  deploy {", f"release {{\nhook {{\n{inside}\n}}\n}}\n  deploy {{", 1)
    )
    sourced("up")
    sourced("up", "--var", "tag=two", "--force")
    know(sourced, db=OTHER)
    told = sourced("rollback")
    assert (sourced.folder.parent / "seen").read_text() == f"{OTHER}\n"
    assert OTHER not in told.stdout + told.stderr


def test_what_is_recorded_of_files_is_shown_on_a_line_and_what_is_new_in_them_is_told(sourced: Shop) -> None:
    sourced("up")
    text = (sourced.folder / "milepost.hcl").read_text()
    more = 'file = { "b.ini" = "one\\ntwo", '
    (sourced.folder / "milepost.hcl").write_text(text.replace("file = { ", more))
    know(sourced, db=OTHER)
    told = sourced("up").stdout
    assert "file +b.ini · secret changed conf/app.ini" in told
    shown = sourced("show", "web#2/deploy").stdout
    assert "File      b.ini = one …" in shown
    assert "          conf/app.ini = (secret, var.db)" in shown
