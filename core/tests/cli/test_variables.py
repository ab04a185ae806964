"""`milepost variables`, and what the flags about variables do."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.tests.cli.conftest import Ended
from milepost.cli.start import run
from milepost.cli.surroundings import Surroundings
from milepost.testing.project import write_files

Milepost = Callable[..., Ended]

PROJECT = """project = "shop"
variable "tag" {
  type        = string
  default     = "v1"
  description = "What to deploy."
}
variable "ports" {
  type = list(number)
}
variable "password" {
  sensitive = true
}
variable "users" {
  type      = map(object({ name = string }))
  sensitive = true
}
variable "token" {
  default = secret("env", "TOKEN")
}
app "web" {
  build {
    use "nothing" {}
  }
}
"""

FILES = {
    "milepost.hcl": PROJECT,
    "dev.auto.mpvars": 'ports = [80, 8000 + 1]\nusers = { ada = { name = "hunter22" } }\n',
    "staging.mpvars": 'tag = "v2"\n',
    "more/x.mpvars": 'tag = "v3"\n',
    "more/wrong.mpvars": 'tga = "v3"\n',
}


@pytest.fixture
def milepost(tmp_path: Path) -> Milepost:
    """Carries out a command line in a folder with a project and files of variables."""
    folder = write_files(tmp_path / "shop", FILES)

    def carry_out(*words: str, **environment: str) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        around = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **environment}
        status = run(
            list(words),
            Surroundings(environment=around, folder=folder, out=out, err=err, input=io.StringIO()),
        )
        return Ended(status, out.getvalue(), err.getvalue())

    return carry_out


def test_values_and_sources_are_listed_and_what_lacks_a_value_says_how_to_give_one(milepost: Milepost) -> None:
    ended = milepost("variables")
    assert ended.status == 0
    assert ended.out.splitlines() == [
        "NAME      TYPE                        VALUE            SOURCE               DESCRIPTION",
        'tag       string                      "v1"             default              What to deploy.',
        "ports     list(number)                [80, 8001]       dev.auto.mpvars:1:9",
        "password  any                         no value",
        "users     map(object({name=string}))  secret           dev.auto.mpvars:2:9",
        "token     any                         asked when used  default",
        'error: the variable "password" has no default, and none of --var, MILEPOST_VAR_password gives a value',
        "  export MILEPOST_VAR_password=…",
    ]


def test_no_secret_is_shown_whatever_gives_it(milepost: Milepost) -> None:
    for flags in (("--json",), ()):
        ended = milepost("variables", "--var", "password=swordfish", *flags)
        assert "swordfish" not in ended.out + ended.err
        assert "hunter22" not in ended.out + ended.err


def test_the_document_has_all_of_it(milepost: Milepost) -> None:
    ended = milepost("variables", "--json", "-w", "staging", MILEPOST_VAR_pasword="x", WP_VAR_password="swordfish")
    assert ended.document["kind"] == "variables"
    tag, ports, password, users, token = ended.document["variables"]
    assert (tag["value"], tag["source"], tag["state"]) == ("v2", "staging.mpvars:1:7", "known")
    assert (ports["value"], ports["type"]) == ([80, 8001], "list(number)")
    assert (password["value"], password["state"], password["source"]) == (None, "secret", "WP_VAR_password")
    assert (users["value"], users["sensitive"]) == (None, True)
    assert (token["value"], token["state"]) == (None, "asked when used")
    assert ended.document["problems"] == []
    assert ended.document["notes"] == [
        "WP_VAR_password is read as in Waypoint; milepost's own name for it is MILEPOST_VAR_password",
        'MILEPOST_VAR_pasword is set, and there is no variable "pasword"; did you mean MILEPOST_VAR_password?',
    ]


def test_a_value_that_is_wrong_is_said_and_the_others_are_shown(milepost: Milepost) -> None:
    ended = milepost("variables", "--var", "ports=x", "--json")
    assert ended.status == 0
    assert [each["state"] for each in ended.document["variables"]] == [
        "known",
        "wrong",
        "no value",
        "secret",
        "asked when used",
    ]
    assert "--var gives the text" in ended.document["problems"][0]["message"]


def test_a_file_is_named_from_the_folder_of_the_command(milepost: Milepost, tmp_path: Path) -> None:
    for name in ("more/x.mpvars", str(tmp_path / "shop" / "more" / "x.mpvars")):
        ended = milepost("variables", "--var-file", name, "--json", "-w", "staging")
        assert ended.document["variables"][0]["source"] == f"{name}:1:7"


def test_a_flag_wins_over_a_file_wherever_it_stands(milepost: Milepost) -> None:
    ended = milepost("--var", "tag=typed", "variables", "--var-file", "more/x.mpvars", "--json")
    assert ended.document["variables"][0]["value"] == "typed"


def test_a_wrong_file_is_a_mistake_of_the_project_for_every_command(milepost: Milepost) -> None:
    for command in ("variables", "validate"):
        ended = milepost(command, "--var-file", "more/wrong.mpvars")
        assert ended.status == 2
        assert 'more/wrong.mpvars:1:1: there is no variable "tga"' in ended.err
        assert "  tga\n  ^^^" in ended.err
        assert "did you mean tag?" in ended.err


def test_an_environment_that_is_not_set_is_named(milepost: Milepost) -> None:
    ended = milepost("variables", "--var-env", "password=NOTHING")
    assert (ended.status, ended.out) == (2, "")
    assert "--var-env password=NOTHING: the environment has no NOTHING" in ended.err


def test_a_project_without_variables_says_so(milepost: Milepost, tmp_path: Path) -> None:
    write_files(tmp_path / "shop", {"milepost.hcl": 'project = "shop"\n', "dev.auto.mpvars": ""})
    assert milepost("variables").out == "the project file declares no variables\n"


COUNT = """
import sys
from milepost.cli.start import run_process
status = run_process(["variables", "--json", "--var", "ports=[1, 2]"])
print(status, sorted({"lark", "hcl2", "regex"} & set(sys.modules)), file=sys.stderr)
"""


def test_unchanged_files_and_plain_values_need_no_parser(milepost: Milepost, tmp_path: Path) -> None:
    place = tmp_path / "shop" / "milepost.hcl"
    # Of a file in which secrets may stand nothing is kept.
    place.write_text(place.read_text().replace("sensitive = true", ""))
    milepost("variables")
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=tmp_path / "shop",
        env={"HOME": str(tmp_path), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "0 []"
