"""`milepost plan`: what up would do, stage by stage, with nothing done and nothing recorded."""

from __future__ import annotations

import subprocess

import pytest

from core.tests.cli.conftest import Shop

PROJECT = """
project = "shop"

app "web" {
  build {
    use "fake" {}
    registry {
      use "fake" {}
    }
    hook {
      when    = "before"
      command = ["echo", "assets"]
    }
  }
  config {
    env = { GREETING = "hello" }
  }
  deploy {
    use "fake" {}
    task "migrate" {
      command = ["migrate", "--all"]
    }
  }
}

app "worker" {
  depends_on = ["web"]
  build { from = "web" }
  deploy {
    use "fake" { worker = true }
  }
}
"""


@pytest.fixture
def two(shop: Shop) -> Shop:
    """A project with a web app and a worker that uses its artifact."""
    (shop.folder / "milepost.hcl").write_text(PROJECT)
    return shop


def change(shop: Shop, old: str, new: str) -> None:
    file = shop.folder / "milepost.hcl"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_first_plan_names_stages_plugins_strategies_tasks_and_hooks(two: Shop) -> None:
    assert two("plan").stdout.splitlines() == [
        "shop / default   what up would do",
        "",
        "web   nothing is live",
        "  build    fake",
        "  push     fake",
        "  task     migrate  migrate --all",
        "  deploy   fake     beside what is live, until the traffic moves",
        "    + object  web",
        "  release  fake     the default of fake",
        "    + route  web",
        "  hook     build before: echo assets",
        "  it is the first: nothing is live",
        "",
        "worker   nothing is live",
        "  build          from web",
        "  deploy   fake  prepared; at release it starts after the old one has stopped",
        "    + object  worker",
        "  release        nothing is exposed",
        "  after    web",
        "  it is the first: nothing is live",
        "",
        "Nothing was changed   milepost up",
    ]
    assert two.document("history")["runs"] == []
    assert two.world.log() == []


def test_what_is_not_as_it_is_live_is_told_and_what_would_be_pruned(two: Shop) -> None:
    two("up")
    two("redeploy", "web")
    two("redeploy", "web")
    change(two, '"hello"', '"good day"')
    change(two, 'deploy {\n    use "fake" {}', 'deploy {\n    use "fake" { note = "x" }')
    lines = two("plan", "web").stdout.splitlines()
    assert any(line.startswith("web   replaces #3, live since") for line in lines)
    assert "    ~ route  web" in lines
    assert "  changes  + deploy.note = x" in lines
    assert "           ~ GREETING = hello → good day" in lines
    assert "  prunes   #2" in lines
    (app,) = two.document("plan", "web")["apps"]
    assert app["verdict"] == "changed"
    assert [each["number"] for each in app["prunes"]] == [2]
    assert {"action": "make", "kind": "object", "name": "web", "detail": ""} in app["stages"][3]["steps"]


def test_what_is_the_same_as_far_as_can_be_told_is_said_so(two: Shop) -> None:
    two("up")
    (web, _) = two.document("plan")["apps"]
    assert (web["verdict"], web["changes"]) == ("unknown", [])
    assert "whether the artifact is another is known after the build" in two("plan").stdout


def test_a_plugin_that_would_fail_is_told_with_its_error_and_the_rest_is_told_too(two: Shop) -> None:
    change(two, 'deploy {\n    use "fake" {}', 'deploy {\n    use "fake" { fail = "plan" }')
    done = two("plan", status=1)
    assert "    FAILS  the fake was told to fail at plan" in done.stdout
    assert "    + object  worker" in done.stdout
    assert "as it is, up would fail" in done.stdout
    document = two.document("plan", status=1)
    assert document["possible"] is False
    errors = {each["stage"]: each["error"] for each in document["apps"][0]["stages"]}
    assert errors["deploy"] == "the fake was told to fail at plan"
    assert errors["release"] == ""


def test_a_platform_that_cannot_stage_is_public_at_once(two: Shop) -> None:
    change(two, 'use "fake" {}\n    task', 'use "fake-plain" {}\n    task')
    assert "  deploy   fake-plain  public at once" in two("plan", "web").stdout
    assert two.document("plan", "web")["apps"][0]["public_at_once"] is True


def test_a_platform_that_deploys_in_place_names_what_it_changes(two: Shop) -> None:
    change(two, 'use "fake" {}\n    task', 'use "fake-in-place" {}\n    task')
    assert "changes default-web in place" in two("plan", "web").stdout


def test_what_would_be_refused_says_why(two: Shop) -> None:
    two("freeze", "-m", "the fair")
    done = two("plan", "worker", status=1)
    assert "REFUSED  worker depends on web, of which nothing is live in default" in done.stdout
    assert "REFUSED  default is frozen" in done.stdout
    assert [each["code"] for each in two.document("plan", "worker", status=1)["refusals"]] == ["refused", "refused"]


def test_a_plugin_that_does_not_answer_holds_up_no_other(two: Shop) -> None:
    change(two, 'deploy {\n    use "fake" {}', 'deploy {\n    use "fake" { deaf = "plan" }')
    done = two("plan", "--limit", "3", status=1)
    assert "FAILS  gave no answer within 3 s" in done.stdout
    assert "    + object  worker" in done.stdout


def test_a_mistake_in_the_file_is_told_as_validate_does(two: Shop) -> None:
    change(two, 'deploy {\n    use "fake" {}', 'deploy {\n    use "fake" { nte = "x" }')
    assert "nte" in two("plan", status=2).stderr


def test_secrets_are_compared_and_never_shown(two: Shop) -> None:
    (two.folder.parent / "fake-values.json").write_text('{"greeting": "correct-horse"}')
    change(two, '"hello"', 'secret("fake", "greeting")')
    two("up")
    (two.folder.parent / "fake-values.json").write_text('{"greeting": "battery-staple"}')
    done = two("plan", "web")
    assert "~ GREETING   the secret has changed" in done.stdout
    assert "staple" not in done.stdout + done.stderr
    assert two.document("plan", "web", "--no-sources")["apps"][0]["changes"] == []


def test_the_same_commit_and_config_would_change_nothing_but_for_the_build(two: Shop) -> None:
    git = ("git", "-c", "user.name=ada", "-c", "user.email=ada@example.com")
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "begin")):
        subprocess.run([*git, *words], cwd=two.folder, env=two.environment, check=True)
    two("up")
    done = two("plan")
    assert "unchanged, unless the build gives another artifact" in done.stdout
    assert {each["verdict"] for each in two.document("plan")["apps"]} == {"same"}
    (two.folder / "app.txt").write_text("changed")
    assert {each["verdict"] for each in two.document("plan")["apps"]} == {"changed"}
