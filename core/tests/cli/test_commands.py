"""Each command in a process of its own, on a project of fake plugins: exit status, text, document, one failure."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.world import World

PROJECT = """
project = "shop"

variable "tag" {
  type    = string
  default = "one"
}

app "web" {
  build {
    use "fake" {
      text = var.tag
    }
  }

  deploy {
    use "fake" {}
  }
}
"""


@dataclass
class Shop:
    """A project in a folder, with a state folder of its own."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    """What else is in the environment."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its user."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent),
            "USER": "ada",
            "MILEPOST_STATE": str(self.folder.parent / "state"),
            "PYTHONPATH": str(self.folder.parent / "plugins"),
            **self.more,
        }

    @property
    def world(self) -> World:
        """What the fake plugins made."""
        return World(self.folder.parent / "state" / "plugins" / "milepost-fakes")

    def argv(self, *words: str) -> list[str]:
        """Return the command line of a process."""
        return [sys.executable, "-m", "milepost.cli", *words]

    def __call__(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command and see that it ends with that status."""
        done = subprocess.run(
            self.argv(*words), cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def document(self, *words: str, status: int = 0) -> dict[str, Any]:
        """Run a command with --json and return its one document."""
        found: dict[str, Any] = json.loads(self(*words, "--json", status=status).stdout)
        assert found["schema"] == 1
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project whose plugins are installed."""
    install_fakes(tmp_path / "plugins")
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "milepost.hcl").write_text(PROJECT)
    (folder / "app.txt").write_text("hello")
    return Shop(folder)


def statuses(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return stage and status of each operation of a run."""
    return [(each["stage"], each["status"]) for each in document["operations"]]


def test_up_builds_deploys_releases_and_says_so_line_by_line(shop: Shop) -> None:
    out = shop("up").stdout
    stages = [line.split()[1:4] for line in out.splitlines() if line.count(":") >= 2 and " web " in line]
    assert ["web", "build", "done"] in stages
    assert ["web", "deploy", "staged"] in stages
    assert ["web", "release", "live"] in stages
    assert "LIVE  http://" in out


def test_up_of_the_same_is_unchanged_unless_forced(shop: Shop) -> None:
    shop("up")
    assert ("release", "unchanged") in statuses(shop.document("up"))
    assert ("release", "success") in statuses(shop.document("up", "--force"))


def test_a_run_is_one_document_and_its_progress_is_for_people(shop: Shop) -> None:
    done = shop("up", "--json")
    document = json.loads(done.stdout)
    assert (document["kind"], document["run"]["number"], document["exit_status"]) == ("run", 1, 0)
    assert document["urls"]
    assert "web build done" in done.stderr


def test_ci_hears_that_its_history_is_its_own(shop: Shop) -> None:
    shop.more["CI"] = "true"
    assert "nobody else sees it" in shop("build").stderr
    assert "nobody else sees it" not in shop("build").stderr


def test_events_are_lines_of_json(shop: Shop) -> None:
    lines = [json.loads(line) for line in shop("up", "--json=events").stdout.splitlines()]
    assert lines[0]["type"] == "RunStarted"
    assert lines[-1]["type"] == "RunFinished"
    assert {each["schema"] for each in lines} == {1}


def test_build_deploy_and_release_go_step_by_step(shop: Shop) -> None:
    assert "Next   milepost deploy" in shop("build").stdout
    assert "milepost release 2" in shop("deploy").stdout
    assert ("release", "success") in statuses(shop.document("release", "2"))


def test_a_failed_deploy_ends_with_1_and_says_that_nothing_changed(shop: Shop) -> None:
    shop("up")
    shop.world.trouble("deploy", "fail")
    out = shop("up", "--force", status=1).stdout
    assert "DEFAULT IS UNCHANGED: web #1 serves" in out
    assert "Cause   web deploy: the fake was told to fail at deploy" in out
    assert "exit 1: " in out
    failed = shop.document("up", "--force", status=1)
    assert failed["run"]["status"] == "error"


def test_variables_come_from_the_line_or_from_the_environment(shop: Shop) -> None:
    shop("up")
    assert ("release", "success") in statuses(shop.document("up", "--var", "tag=two"))
    missing = shop("up", "--var-env", "tag=NOT_SET", status=2)
    assert "the environment has no NOT_SET" in missing.stderr
    unknown = shop("up", "--var", "tga=two", status=2)
    assert "tga" in unknown.stderr
    assert "tag" in unknown.stderr


def test_rollback_goes_back_to_the_release_before(shop: Shop) -> None:
    shop("up")
    first = shop.document("status")["apps"][0]["live"]["id"]
    shop("up", "--var", "tag=two")
    shop("rollback", "--dry-run")
    assert shop.document("status")["apps"][0]["live"]["id"] != first
    assert "Undo" in shop("up", "--force", "--quiet").stdout
    shop("rollback", "--to", "1")
    assert "LIVE" in shop("status").stdout


def test_rollback_with_nothing_to_go_back_to_says_so(shop: Shop) -> None:
    assert shop("rollback", status=1).stderr.startswith("error: nothing was released in default yet\nhint: ")
    assert shop.document("rollback", status=1)["error"]["exit_status"] == 1


def test_stop_start_restart_and_redeploy_say_what_they_did(shop: Shop) -> None:
    shop("up")
    assert "milepost start" in shop("stop").stdout
    assert "LIVE" in shop("start").stdout
    assert "LIVE" in shop("restart").stdout
    assert shop.document("redeploy")["run"]["verb"] == "redeploy"


def test_promote_takes_a_run_to_another_workspace(shop: Shop) -> None:
    shop("up")
    promoted = shop.document("promote", "last", "--to", "staging")
    assert promoted["run"]["workspace"] == "staging"
    assert ("release", "success") in statuses(promoted)
    assert "needs the workspace to promote to" in shop("promote", "1", status=2).stderr


def test_destroy_needs_a_target_and_a_yes(shop: Shop) -> None:
    shop("up")
    assert "needs a target" in shop("destroy", status=2).stderr
    assert "nobody is there to answer" in shop("destroy", "web", status=5).stderr
    assert shop.world.read()["deployments"]
    assert "DESTROYED  #1" in shop("destroy", "web", "--yes").stdout
    assert not shop.world.read()["deployments"]
    assert "nothing was there" in shop("destroy", "--all", "--yes").stdout


def test_status_has_a_document_and_names_an_unknown_app(shop: Shop) -> None:
    shop("up")
    found = shop.document("status")
    assert (found["workspace"], found["apps"][0]["app"]) == ("default", "web")
    assert "there is no app 'wbe'; did you mean 'web'?" in shop("status", "wbe", status=2).stderr


def test_logs_show_the_live_deployment(shop: Shop) -> None:
    assert "nothing of web is live" in shop("logs", status=1).stderr
    shop("up")
    assert isinstance(shop.document("logs", "--tail", "1")["lines"], list)
    assert "--json=events" in shop("logs", "-f", "--json", status=2).stderr


def test_exec_has_no_document_and_needs_something_live(shop: Shop) -> None:
    assert "nothing of web is live" in shop("exec", "web", "--", "true", status=1).stderr
    assert "no --json" in shop("exec", "web", "--json", "--", "true", status=2).stderr


def test_validate_says_what_is_wrong_and_where(shop: Shop) -> None:
    assert shop.document("validate")["apps"] == ["web"]
    (shop.folder / "milepost.hcl").write_text(PROJECT.replace('use "fake" {}', 'use "fkae" {}'))
    wrong = shop("validate", status=2).stderr
    assert "milepost.hcl" in wrong
    assert "fkae" in wrong
    assert shop.document("validate", status=2)["error"]["code"] == "project-file"


def test_a_folder_without_a_project_says_what_to_type(tmp_path: Path) -> None:
    done = Shop(tmp_path)("status", status=2)
    assert "no project file in" in done.stderr
    assert "hint: milepost init" in done.stderr


def test_cancel_of_a_run_that_has_ended_says_how_it_ended(shop: Shop) -> None:
    shop("up")
    assert "run #1 has ended already: success" in shop("cancel", "last", status=1).stderr


def test_the_doctors_have_documents(shop: Shop) -> None:
    assert {each["level"] for each in shop.document("doctor")["findings"]} <= {"ok", "warning"}
    levels = shop.document("plugin", "doctor")["findings"]
    assert any("fake" in each["what"] for each in levels)


def test_plugin_show_lists_the_arguments_of_its_block(shop: Shop) -> None:
    [platform] = [each for each in shop.document("plugin", "show", "fake")["plugin"] if each["role"] == "platform"]
    assert "What" not in platform["word"]
    assert {"name", "type", "required", "description"} == set(platform["arguments"][0])


def test_ctrl_c_cancels_and_ends_with_130(shop: Shop) -> None:
    shop.world.trouble("deploy", "hang")
    process = subprocess.Popen(
        shop.argv("up"),
        cwd=shop.folder,
        env=shop.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    seen = []
    while "hanging at deploy" not in (line := process.stdout.readline()):
        assert line, seen
        seen.append(line)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert "exit 130: cancelled" in out
    assert shop.document("show", "last")["run"]["status"] == "cancelled"


def test_who_waits_for_a_lock_too_long_ends_with_4(shop: Shop) -> None:
    shop.world.trouble("deploy", "hang")
    first = subprocess.Popen(shop.argv("up"), cwd=shop.folder, env=shop.environment, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    while "hanging at deploy" not in first.stdout.readline():
        assert first.poll() is None
    try:
        second = shop("up", "--lock-timeout", "0", status=4)
        assert "is locked by" in second.stdout + second.stderr
        assert "up" in shop("lock", "list").stdout
        assert shop("cancel", "1").stdout.startswith("asked #1 to end")
    finally:
        first.communicate()
    assert first.returncode == 130


def test_a_reader_that_goes_away_does_not_stop_the_run(shop: Shop) -> None:
    line = " ".join(shop.argv("up")) + " | head -1; echo ${PIPESTATUS[0]}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=shop.folder, env=shop.environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert shop.document("show", "last")["run"]["status"] == "success"


@pytest.mark.parametrize(
    "words",
    [("history",), ("operation", "list"), ("artifact", "list"), ("lock", "list"), ("show", "1"), ("plugin", "list")],
)
def test_commands_that_read_import_nothing_slow(shop: Shop, words: tuple[str, ...]) -> None:
    shop("build")
    forbidden = {"pydantic", "rich", "importlib.metadata", "hcl2", "lark", "asyncio", "msgspec", "pluggy", "tinydb"}
    code = (
        "import sys\nfrom milepost.cli.start import run_process\n"
        f"status = run_process({list(words)!r})\n"
        f"print(sorted({forbidden!r} & set(sys.modules)), status, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=shop.folder, env=shop.environment, capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "[] 0"
