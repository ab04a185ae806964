"""What the plugins say of what they need, and whether each secret can be read."""

from __future__ import annotations

import json
import time

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import app_text
from milepost.host.doctor import Finding
from milepost.host.examining import needs
from milepost.testing.fakes.source import ASKED, VALUES


def found(real: RealShop, limit: float = 10.0) -> list[Finding]:
    return list(needs(real.host(), None, limit=limit))


def told(findings: list[Finding], role: str) -> list[tuple[str, str]]:
    return [(each.level, each.what) for each in findings if each.role == role]


def secrets(real: RealShop, **values: str | None) -> None:
    """Write what the source `fake` has."""
    home = real.root / "home"
    home.mkdir(exist_ok=True)
    (home / VALUES).write_text(json.dumps(values))


def test_each_role_that_can_is_asked_and_named_with_its_app(real: RealShop) -> None:
    seen = found(real)
    assert {each.role for each in seen} == {"platform fake", "releaser fake"}
    assert {each.apps for each in seen} == {("web",)}
    assert told(seen, "platform fake") == [("ok", "the world answers for the status")]
    assert not (real.root / "state" / "projects").exists()


def test_what_a_plugin_finds_is_told_with_its_hint(real: RealShop) -> None:
    with real.world.change() as world:
        world["findings"] = [["warning", "the disk is 91 % full", "free some space"]]
    (warning,) = [each for each in found(real) if each.role == "platform fake" and each.level == "warning"]
    assert (warning.what, warning.hint) == ("the disk is 91 % full", "free some space")


def test_what_is_true_of_several_apps_is_said_once(real: RealShop) -> None:
    real.write(app_text("web"), app_text("api"))
    assert [each.apps for each in found(real)] == [("web", "api")] * 2


def test_a_plugin_that_raises_or_does_not_answer_keeps_no_other_from_being_heard(real: RealShop) -> None:
    real.write(
        app_text("web", config='deaf = "examine"'),
        app_text("api", config='bug = "examine"'),
        app_text("ok"),
    )
    began = time.monotonic()
    seen = found(real, limit=1.0)
    assert time.monotonic() - began < 8
    of = {each.apps: each for each in seen if each.role == "platform fake"}
    assert of["web",].what == "gave no answer within 1 s"
    assert of["web",].hint == "milepost doctor --limit 6"
    assert "milepost-fakes" in of["api",].what
    assert "bug at examine" in of["api",].what
    assert of["ok",].level == "ok"


def test_what_is_known_after_the_build_only_keeps_nobody_from_looking(real: RealShop) -> None:
    real.write(config="note = artifact.digest")
    assert told(found(real), "platform fake") == [("ok", "the world answers for the status")]


def test_whose_config_is_wrong_is_not_asked_and_that_is_said(real: RealShop) -> None:
    real.write(config='nte = "x"')
    assert told(found(real), "platform") == [("warning", "it was not asked, since its config cannot be had")]


CONFIG = """config {
  env = {
    PASSWORD = secret("fake", "password")
    TOKEN    = secret("fake", "token")
    PLAIN    = "plain"
  }
}"""


def test_each_secret_that_can_be_read_is_told_and_never_shown(real: RealShop) -> None:
    secrets(real, password="correct-horse", token="battery-staple")
    real.write(app=CONFIG)
    seen = found(real)
    assert told(seen, "secrets") == [
        ("ok", "config.env.PASSWORD can be read"),
        ("ok", "config.env.TOKEN can be read"),
    ]
    assert "horse" not in repr(seen)


def test_a_secret_that_is_missing_is_a_problem_with_its_place_and_hint(real: RealShop) -> None:
    secrets(real, token="battery-staple")
    real.write(app=CONFIG)
    seen = [each for each in found(real) if each.role == "secrets"]
    assert [each.level for each in seen] == ["ok", "problem"]
    assert seen[1].apps == ("web",)
    assert seen[1].what.startswith("milepost.hcl:")
    assert "there is no password in fake-values.json" in seen[1].what
    assert seen[1].hint == "add it"


def test_sources_are_asked_once_for_all_apps(real: RealShop) -> None:
    secrets(real, password="correct-horse", token="battery-staple")
    real.write(app_text("web", app=CONFIG), app_text("api", app=CONFIG))
    found(real)
    assert (real.root / "home" / ASKED).read_text() == "password token\n"


def test_a_secret_variable_from_a_source_is_read_too(real: RealShop) -> None:
    secrets(real)
    real.write(top='variable "key" { default = secret("fake", "key") }\nvariable "own" {\nsensitive = true\n}')
    real.environment["MILEPOST_VAR_own"] = "hunter2-hunter2"
    seen = [each for each in found(real) if each.role == "secrets"]
    assert [(each.level, each.apps) for each in seen] == [("problem", ()), ("ok", ())]
    assert "there is no key" in seen[0].what
    assert seen[1].what == "var.own can be read"


def test_without_a_project_that_can_be_read_there_is_nothing_to_say(real: RealShop) -> None:
    (real.folder / "milepost.hcl").write_text("app {")
    assert found(real) == []
