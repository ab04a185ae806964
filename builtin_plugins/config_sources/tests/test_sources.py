"""What each source finds, and what it says where there is nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from milepost.sdk.errors import CancelledError
from milepost.sdk.source import ValueRequest, ValueResult
from milepost.testing.project import write_files
from milepost.testing.source import FakeSourceStep
from milepost_config_sources.arguments import CommandArguments, EnvArguments, FileArguments
from milepost_config_sources.command import CommandSource
from milepost_config_sources.environment import EnvSource
from milepost_config_sources.file import LIMIT, FileSource


def file(path: str, folder: Path) -> ValueResult:
    return FileSource().read([ValueRequest(arguments=FileArguments(path=path))], FakeSourceStep(folder))[0]


def command(folder: Path, *argv: str, timeout: float = 10.0) -> ValueResult:
    request = ValueRequest(arguments=CommandArguments(argv=list(argv)), timeout=timeout)
    return CommandSource().read([request], FakeSourceStep(folder))[0]


@pytest.mark.parametrize(
    ("content", "value"),
    [("x\n", "x"), ("x\n\n", "x\n"), ("x\r\n", "x"), ("x", "x"), ("", ""), ("\n", ""), ("x \n", "x ")],
)
def test_one_line_end_at_the_end_is_no_part_of_a_file_or_of_an_output(tmp_path: Path, content: str, value: str) -> None:
    write_files(tmp_path, {"project/value": content})
    assert file("value", tmp_path).value == value
    assert command(tmp_path, "cat", "value").value == value


def test_a_file_is_looked_for_in_the_project_in_the_home_and_where_the_path_says(tmp_path: Path) -> None:
    write_files(tmp_path, {"project/sub/a": "1", "home/a": "2", "other/a": "3"})
    found = [file(path, tmp_path).value for path in ("sub/a", "~/a", str(tmp_path / "other/a"), "sub/../sub/a")]
    assert found == ["1", "2", "3", "1"]


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"project/a": "1", "other/a": "3"})
    (tmp_path / "project/link").symlink_to("../other/a")
    assert "is not in the project's folder" in file("link", tmp_path).why


def test_what_is_no_file_of_text_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"project/long": b"x" * (LIMIT + 1), "project/bytes": b"\xff\xfe"})
    os.mkfifo(tmp_path / "project/pipe")
    whys = {name: file(name, tmp_path).why for name in ("long", "bytes", "pipe", ".")}
    assert "is longer than" in whys["long"]
    assert "no text in UTF-8" in whys["bytes"]
    assert whys["pipe"].endswith("is no file")
    assert whys["."]


def test_a_variable_that_is_set_to_nothing_is_there(tmp_path: Path) -> None:
    step = FakeSourceStep(tmp_path, {"EMPTY": ""})
    assert EnvSource().read([ValueRequest(arguments=EnvArguments(name="EMPTY"))], step)[0].value == ""


def test_a_missing_variable_names_the_nearest(tmp_path: Path) -> None:
    step = FakeSourceStep(tmp_path, {"DB_URL": "x"})
    found = EnvSource().read([ValueRequest(arguments=EnvArguments(name="DB_ULR"))], step)[0]
    assert (found.missing, found.hint) == (True, "did you mean DB_URL?")


def test_a_program_runs_in_the_projects_folder_with_the_users_environment_and_no_shell(tmp_path: Path) -> None:
    assert command(tmp_path, "pwd").value == str(tmp_path / "project")
    assert command(tmp_path, "echo", "$HOME; ls").value == "$HOME; ls"


def test_a_program_that_fails_tells_its_status_and_last_line_of_stderr_and_nothing_of_stdout(tmp_path: Path) -> None:
    found = command(tmp_path, "sh", "-c", "echo hunter2; echo one >&2; echo not signed in >&2; exit 3")
    assert found.why == "sh ended with status 3: not signed in"
    assert found.value is None


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "could not be started" in command(tmp_path, "no-such-program").why


def test_a_program_that_takes_too_long_is_ended_and_told(tmp_path: Path) -> None:
    found = command(tmp_path, "sleep", "60", timeout=0.2)
    assert found.why == "sleep took longer than 0.2 s"
    assert "timeout" in found.hint


def test_a_program_has_nothing_to_read(tmp_path: Path) -> None:
    assert command(tmp_path, "cat").value == ""


def test_a_cancel_ends_a_program_and_is_no_answer(tmp_path: Path) -> None:
    step = FakeSourceStep(tmp_path)
    request = ValueRequest(arguments=CommandArguments(argv=["sleep", "60"]), timeout=60.0)
    threading.Timer(0.3, step.cancel.ask, ["the test said so"]).start()
    with pytest.raises(CancelledError):
        CommandSource().read([request], step)
