"""Each command that only asks, in a process of its own: exit status, text, document, one failure, what is imported."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def test_status_has_a_document_and_names_an_unknown_app(shop: Any) -> None:
    shop("up")
    found = shop.document("status")
    assert (found["workspace"], found["apps"][0]["app"]) == ("default", "web")
    assert "there is no app 'wbe'; did you mean 'web'?" in shop("status", "wbe", status=2).stderr


def test_a_check_of_the_status_ends_with_1_unless_what_should_be_live_is_ready(shop: Any) -> None:
    shop("status", "--check")
    shop("status", "web", "--check", status=1)
    shop("up")
    assert "asked just now" in shop("status", "--check").stdout
    shop("stop")
    shop("status", "--check", status=1)
    shop("status")
    shop("destroy", "--all", "--yes")
    shop("status", "--check")


def test_logs_show_the_live_deployment(shop: Any) -> None:
    assert "nothing of web is live" in shop("logs", status=1).stderr
    shop("up")
    assert isinstance(shop.document("logs", "--tail", "1")["lines"], list)
    assert "--json=events" in shop("logs", "-f", "--json", status=2).stderr


def test_exec_has_no_document_and_needs_something_live(shop: Any) -> None:
    assert "nothing of web is live" in shop("exec", "web", "--", "true", status=1).stderr
    assert "no --json" in shop("exec", "web", "--json", "--", "true", status=2).stderr


def test_validate_says_what_is_wrong_and_where(shop: Any) -> None:
    assert shop.document("validate")["apps"] == ["web"]
    place = shop.folder / "milepost.hcl"
    place.write_text(place.read_text().replace('use "fake" {}', 'use "fkae" {}'))
    wrong = shop("validate", status=2).stderr
    assert "milepost.hcl" in wrong
    assert "fkae" in wrong
    assert shop.document("validate", status=2)["error"]["code"] == "project-file"


def test_a_folder_without_a_project_says_what_to_type(shop: Any) -> None:
    (shop.folder / "milepost.hcl").unlink()
    done = shop("status", status=2)
    assert "no project file in" in done.stderr
    assert "hint: milepost init" in done.stderr


def test_cancel_of_a_run_that_has_ended_says_how_it_ended(shop: Any) -> None:
    shop("up")
    assert "run #1 has ended already: success" in shop("cancel", "last", status=1).stderr


def test_the_doctor_asks_the_plugins_and_fails_where_one_has_a_problem(shop: Any) -> None:
    assert "ok       web: platform fake: the world answers for the status" in shop("doctor", "-w", "staging").stdout
    with shop.world.change() as world:
        world["findings"] = [["problem", "the world is read-only", "chmod u+w"]]
    found = shop.document("doctor", status=1)["findings"]
    problem = {"level": "problem", "what": "the world is read-only", "hint": "chmod u+w", "apps": ["web"]}
    assert {**problem, "role": "platform fake"} in found


def test_the_doctors_have_documents(shop: Any) -> None:
    assert {each["level"] for each in shop.document("doctor")["findings"]} <= {"ok", "warning"}
    levels = shop.document("plugin", "doctor")["findings"]
    assert any("fake" in each["what"] for each in levels)


def test_plugin_show_lists_the_arguments_of_its_block(shop: Any) -> None:
    [platform] = [each for each in shop.document("plugin", "show", "fake")["plugin"] if each["role"] == "platform"]
    assert "What" not in platform["word"]
    assert {"name", "type", "required", "description"} == set(platform["arguments"][0])


@pytest.mark.parametrize(
    "words",
    [
        ("history",),
        ("operation", "list"),
        ("artifact", "list"),
        ("lock", "list"),
        ("show", "1"),
        ("plugin", "list"),
        ("workspace", "list"),
        ("history", "--since", "2h", "--columns", "run,why"),
        ("deployment", "inspect", "1"),
        ("operation", "list", "--status", "interrupted"),
    ],
)
def test_commands_that_read_import_nothing_slow(shop: Any, words: tuple[str, ...]) -> None:
    shop("up" if "deployment" in words else "build")
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
