"""The command line itself: flags anywhere, errors, help, what is imported."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from milepost.cli.flags import flags_of, seconds, with_values
from milepost.cli.lazy import _given
from milepost.cli.start import root, run
from milepost.cli.surroundings import Surroundings
from milepost.cli.table import COMMANDS, SHARED, Entry
from milepost.sdk.errors import UsageError

FORBIDDEN = {"pydantic", "rich", "importlib.metadata", "hcl2", "lark", "asyncio", "msgspec", "pluggy", "tinydb"}


def entries(group: tuple[Entry, ...] = COMMANDS) -> list[Entry]:
    """Return each command of the table."""
    return [each for entry in group for each in ([entry] if entry.module else []) + entries(entry.entries)]


def milepost_process(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    state = {"MILEPOST_STATE": str(folder / "state"), "PATH": os.environ["PATH"], **environment}
    argv = [sys.executable, "-m", "milepost.cli", *words]
    return subprocess.run(argv, cwd=folder, env=state, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.module}-{entry.function}")
def test_each_entry_of_the_table_is_a_documented_function(entry: Entry) -> None:
    function = getattr(import_module(f"milepost.cli.commands.{entry.module}"), entry.function)
    assert function.__doc__
    assert entry.help.endswith((".", ")."))


def test_help_names_all_commands_and_imports_none(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['milepost', '--help']\n"
        "from milepost.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "loaded = [name for name in sys.modules if name.startswith('milepost.cli.commands.')]\n"
        f"print('loaded', loaded, sorted({FORBIDDEN} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "loaded [] []"
    for entry in COMMANDS:
        assert f"  {entry.name} " in done.stdout


def test_the_first_page_of_help_is_the_same_by_every_way_to_it(tmp_path: Path) -> None:
    ways = ((), ("--help",), ("help",), ("-w", "x", "--help"))
    pages = [milepost_process(*words, folder=tmp_path).stdout for words in ways]
    assert pages[0].startswith("Usage: milepost")
    assert set(pages) == {pages[0]}
    for flag in SHARED:
        assert flag.words[-1] in pages[0]


def test_help_of_a_command_is_its_page(milepost: Any) -> None:
    assert milepost("help", "up").out == milepost("up", "--help").out
    assert milepost("help", "up").status == 0


def test_version_is_answered_without_typer(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['milepost', '--version']\n"
        "from milepost.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "print('typer' in sys.modules, 'milepost.cli.start' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[0].startswith("milepost ")
    assert done.stdout.splitlines()[1] == "False False"


@pytest.mark.parametrize("words", ["--help", "version", "plugin list"])
def test_a_closed_standard_output_is_no_error(tmp_path: Path, words: str) -> None:
    line = f"{sys.executable} -m milepost.cli {words} >&-"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_shared_flags_may_stand_before_or_after_the_command(milepost: Any) -> None:
    before = milepost("--json", "version")
    after = milepost("version", "--json")
    assert before.out == after.out
    assert before.document["kind"] == "version"


def test_a_flag_after_the_command_wins_and_repeated_ones_add_up(tmp_path: Path) -> None:
    group = root()
    with group.make_context("milepost", ["--var", "a=1", "-w", "x", "version", "-w", "y", "--var", "b=2"]) as context:
        context.obj = None
        words = [*context._protected_args, *context.args]
        _, command, rest = group.resolve_command(context, words)
        with command.make_context("version", rest, parent=context) as inner:
            given = flags_of(_given(inner), tmp_path)
    assert given.workspace == "y"
    assert given.variables == (("a", "1"), ("b", "2"))


def test_words_after_two_dashes_are_left_alone() -> None:
    assert with_values(["exec", "web", "--", "jq", "--json"]) == ["exec", "web", "--", "jq", "--json"]
    assert with_values(["--json", "history"]) == ["--json=document", "history"]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["relase"], "there is no command 'relase'; did you mean 'release'?", "milepost --help"),
        (["pu"], "there is no command 'pu'; did you mean 'up'?", "milepost --help"),
        (["xyzzy"], "there is no command 'xyzzy'", "there is init, validate, "),
        (["up", "--forse"], "no such option: --forse", "milepost up --help"),
        (["show"], "missing argument 'REF'", "milepost show --help"),
        (["plugin"], "missing command", "milepost plugin --help"),
        (["history", "--limit", "x"], "--limit 'x' is no number of lines", "--limit 100"),
        (["version", "--var", "a"], "--var 'a' has no value", "--var a=VALUE"),
        (["version", "--json=xml"], "--json=xml is not known", ""),
    ],
)
def test_wrong_usage_says_what_and_what_to_type(milepost: Any, words: list[str], message: str, hint: str) -> None:
    ended = milepost(*words)
    assert ended.status == 2
    assert ended.out == ""
    assert f"error: {message}" in ended.err
    assert hint in ended.err
    assert "Traceback" not in ended.err


def test_an_error_is_a_document_for_programs(milepost: Any) -> None:
    ended = milepost("show", "99", "--json")
    assert ended.document["error"] == {
        "code": "unknown-name",
        "message": "there is no run '99'",
        "hint": "milepost history",
        "exit_status": 2,
    }
    assert ended.err.startswith("error: ")


def broken_host(folder: Path, environment: Mapping[str, str]) -> Any:
    """Fail as no host should."""
    raise RuntimeError(f"no good: {environment['TOKEN']}")


@pytest.mark.parametrize("debug", [False, True])
def test_a_bug_is_one_line_with_its_log_and_a_traceback_only_with_debug(tmp_path: Path, debug: bool) -> None:
    out, err = io.StringIO(), io.StringIO()
    environment = {"MILEPOST_STATE": str(tmp_path / "state"), "TOKEN": "hunter2"}
    surroundings = Surroundings(
        environment=environment, folder=tmp_path, out=out, err=err, input=io.StringIO(), open_host=broken_host
    )
    assert run(["history", *(["--debug"] if debug else [])], surroundings) == 1
    first = err.getvalue().splitlines()[0]
    assert first.startswith("error: this is a bug in milepost: RuntimeError: no good")
    log = next((tmp_path / "state" / "log").glob("*-bug.log"))
    assert str(log) in first
    assert ("Traceback" in err.getvalue()) == debug
    assert "broken_host" in log.read_text()
    assert "hunter2" not in log.read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90.0), ("10m", 600.0), ("1h30m", 5400.0), ("0", 0.0), ("2.5s", 2.5), ("3d", 259200.0), ("none", None)],
)
def test_lengths_of_time_are_read(text: str, expected: float | None) -> None:
    assert seconds("--lock-timeout", text) == expected


@pytest.mark.parametrize("text", ["", "soon", "-1", "5w", "1m2h"])
def test_a_wrong_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no length of time"):
        seconds("--lock-timeout", text)


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    line = f"{sys.executable} -m milepost.cli --help | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "0\n"
    assert done.stderr == ""


def test_output_survives_a_terminal_that_cannot_show_it(tmp_path: Path) -> None:
    done = milepost_process("up", "--help", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0


def test_version_has_a_document(tmp_path: Path) -> None:
    done = milepost_process("version", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["python"].startswith("3.")
