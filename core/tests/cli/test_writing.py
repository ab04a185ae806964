"""Commands for who writes a project file, in processes of their own: fmt, functions, config docs, config schema."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

UGLY = """project="shop"
app "web" {
path="."
  labels={a=1,long="b"}
}
"""
PRETTY = """project = "shop"
app "web" {
  path   = "."
  labels = { a = 1, long = "b" }
}
"""


def from_input(shop: Any, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command that reads its standard input."""
    return subprocess.run(
        shop.argv(*words),
        cwd=shop.folder,
        env=shop.environment,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def file(shop: Any) -> Path:
    """The project file, out of its format."""
    written = Path(shop.folder / "milepost.hcl")
    written.write_text(UGLY)
    return written


def test_fmt_writes_all_files_of_the_folder_and_names_those_it_changed(shop: Any, file: Path) -> None:
    values = shop.folder / "staging.mpvars"
    values.write_text("a=1\n")
    (shop.folder / "old.auto.wpvars").write_text("bb=1\n")
    (shop.folder / "x.mpvars.json").write_text('{"a":1}')
    assert shop("fmt").stdout.splitlines() == ["milepost.hcl", "old.auto.wpvars", "staging.mpvars"]
    assert file.read_text() == PRETTY
    assert values.read_text() == "a = 1\n"
    assert (shop.folder / "x.mpvars.json").read_text() == '{"a":1}'
    assert shop("fmt").stdout == ""


def test_fmt_check_changes_nothing_and_tells_by_its_status(shop: Any, file: Path) -> None:
    assert shop("fmt", "--check", status=1).stdout == "milepost.hcl\n"
    assert file.read_text() == UGLY
    found = shop.document("fmt", "--check", status=1)
    assert (found["changed"], found["written"]) == (["milepost.hcl"], False)
    assert shop.document("fmt")["written"] is True
    assert shop("fmt", "--check").stdout == ""


def test_fmt_filters_its_standard_input(shop: Any, file: Path) -> None:
    done = from_input(shop, UGLY, "fmt", "-")
    assert (done.returncode, done.stdout) == (0, PRETTY)
    assert file.read_text() == UGLY
    assert from_input(shop, UGLY, "fmt", "--check", "-").returncode == 1
    assert from_input(shop, PRETTY, "fmt", "--check", "-").returncode == 0
    broken = from_input(shop, "a = \n", "fmt", "-")
    assert broken.returncode == 2
    assert "standard input:1:4: found the end of the line, expected a value" in broken.stderr


def test_fmt_leaves_a_file_with_errors_alone(shop: Any, file: Path) -> None:
    file.write_text(UGLY + "a = [\n")
    assert 'milepost.hcl:6:5: the "[" is not closed' in shop("fmt", status=2).stderr
    assert file.read_text() == UGLY + "a = [\n"


def test_fmt_keeps_permissions_and_links(shop: Any, file: Path) -> None:
    real = shop.folder / "real" / "project.hcl"
    real.parent.mkdir()
    file.rename(real)
    real.chmod(0o640)
    file.symlink_to(real)
    shop("fmt", "milepost.hcl")
    assert file.is_symlink()
    assert real.read_text() == PRETTY
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(real.parent)) == ["project.hcl"]


def test_fmt_of_a_folder_without_files_says_what_to_do(shop: Any, file: Path) -> None:
    file.unlink()
    (shop.folder / "milepost.hcl.json").write_text("{}")
    assert "there is no project file in" in shop("fmt", status=2).stderr
    assert "milepost.hcl.json is in JSON, which fmt leaves alone" in shop("fmt", "milepost.hcl.json", status=2).stderr


def test_functions_lists_all_by_family_and_shows_one(shop: Any) -> None:
    listed = shop("functions").stdout
    assert "texts\n" in listed
    assert "  upper " in listed
    names = [each["name"] for each in shop.document("functions")["functions"]]
    assert {"upper", "try", "file"} <= set(names)
    shown = shop("functions", "substr").stdout
    assert shown.startswith("substr(text, offset, length)\n")
    assert '  substr("hello", 1, 3)  →  "ell"' in shown
    found = shop.document("functions", "substr")["function"]
    assert {"call": 'substr("hello", 1, 3)', "result": '"ell"'} in found["examples"]
    assert "did you mean 'substr'?" in shop("functions", "subst", status=2).stderr


def test_functions_of_plugins_are_listed_and_shown_by_either_name(shop: Any) -> None:
    listed = {each["name"]: each["family"] for each in shop.document("functions")["functions"]}
    assert listed["shout"] == "milepost-fakes"
    assert "of plugins" in shop("functions").stdout
    for name in ("shout", "fakes::shout"):
        assert shop("functions", name).stdout.startswith("shout(text, [times])\n  text   string\n")


def test_config_docs_shows_all_blocks_or_one(shop: Any) -> None:
    assert "  command     list(string)" in shop("config", "docs", "hook").stdout
    assert "## `hook`" in shop("config", "docs", "--markdown").stdout
    blocks = {each["name"] for each in shop.document("config", "docs")["blocks"]}
    assert {"project file", "app", "hook", "validation"} <= blocks
    assert "there is no block 'hok'; did you mean 'hook'?" in shop("config", "docs", "hok", status=2).stderr


def test_config_schema_has_the_arguments_of_installed_plugins(shop: Any) -> None:
    schema = json.loads(shop("config", "schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "text" in schema["$defs"]["builder-fake"]["properties"]


def test_the_documents_of_a_project_file_need_no_project(shop: Any, file: Path) -> None:
    file.unlink()
    for words in (("functions",), ("functions", "upper"), ("config", "docs", "app"), ("config", "schema")):
        assert shop(*words).stdout


def test_a_project_in_json_is_validated_and_built(shop: Any, file: Path) -> None:
    file.unlink()
    document = {
        "project": "shop",
        "app": {"web": {"build": {"use": {"fake": {"text": "${app.name}"}}}, "deploy": {"use": {"fake": {}}}}},
    }
    written = shop.folder / "milepost.hcl.json"
    written.write_text(json.dumps(document, indent=2))
    assert shop("validate").stdout.startswith("milepost.hcl.json is valid: web")
    assert shop.document("up")["exit_status"] == 0
    document["app"]["web"]["deploy"]["use"]["fake"] = {"colour": 1}  # type: ignore[index]  # it is all objects
    written.write_text(json.dumps(document, indent=2))
    [problem] = shop.document("validate", status=2)["error"]["problems"]
    assert "(in app.web.deploy.use.fake.colour)" in problem["message"]
    assert problem["source"].strip() == '"colour": 1'


def test_json_has_all_problems_as_data_with_their_ranges_and_other_places(shop: Any, file: Path) -> None:
    file.write_text(
        'project = "shop"\napp "web" {\n  build {\n    use "fake" {}\n  }\n}\napp "web" {\n  path = [\n  ]\n}\n'
    )
    error = shop.document("validate", status=2)["error"]
    twice = next(each for each in error["problems"] if "given twice" in each["message"])
    assert (twice["line"], twice["column"], twice["end_line"], twice["end_column"]) == (7, 1, 7, 10)
    assert (twice["file"], twice["source"]) == ("milepost.hcl", 'app "web" {')
    assert [(each["line"], each["column"]) for each in twice["related"]] == [(2, 1)]
    path = next(each for each in error["problems"] if each["message"].startswith("path:"))
    assert (path["line"], path["end_line"]) == (8, 9)


def test_colours_come_on_a_terminal_only(shop: Any, file: Path) -> None:
    file.write_text("a = \n")
    plain = shop("validate", status=2).stderr
    assert "\x1b" not in plain
    import pty

    leader, follower = pty.openpty()
    try:
        subprocess.run(
            shop.argv("validate"),
            cwd=shop.folder,
            env={**shop.environment, "TERM": "xterm"},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            check=False,
        )
        shown = os.read(leader, 10_000).decode()
    finally:
        os.close(leader)
        os.close(follower)
    assert "\x1b[31m     ^\x1b[0m" in shown
