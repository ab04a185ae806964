"""Commands beside a deployment: run with its environment, and in the history from their beginning to their end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from core.tests.host.lifecycle.real import RealShop
from milepost.host.cancelling import cancel
from milepost.host.executing import Session, execute
from milepost.sdk.errors import CommandFailedError, OperationError
from milepost.sdk.record import Run


def beside(real: RealShop, *argv: str, warned: list[str] | None = None, **fields: Any) -> int:
    """Run a command beside what is live of web."""
    session = Session(workspace="default", app="web", argv=argv, **fields)
    return execute(real.host(), session, (warned if warned is not None else []).append)


def recorded(real: RealShop) -> Run:
    """Return the newest run, which is to be the exec."""
    run = real.host().history.runs(limit=1)[0]
    assert run.verb == "exec"
    return run


def test_a_command_beside_the_live_one_has_its_status(real: RealShop) -> None:
    real.run("up")
    assert beside(real, "sh", "-c", "exit 7") == 7


def test_it_is_recorded_with_who_what_when_and_how_it_ended(real: RealShop) -> None:
    real.run("up")
    beside(real, "sh", "-c", "exit 7", why="orders hang", labels={"ticket": "7"})
    run = recorded(real)
    deployment = real.host().history.operations({"stage": "deploy"})[0]
    assert (run.number, run.status, run.exit_status, run.apps) == (2, "success", 7, ("web",))
    assert (run.command, run.target) == (("sh", "-c", "exit 7"), deployment.id)
    assert (run.user, run.host, run.why, run.labels) == ("ada", os.uname().nodename, "orders hang", {"ticket": "7"})
    assert run.ended is not None
    assert run.ended >= run.started
    assert run.milepost


def test_it_is_written_before_it_begins(real: RealShop) -> None:
    real.run("up")
    seen = real.folder / "seen"
    read = (
        "import json, sqlite3, sys, glob;"
        f"place, = glob.glob({str(real.root / 'state')!r} + '/projects/*/history.sqlite');"
        "print(sqlite3.connect(place).execute('select count(*) from document where body like ?', ('%\"exec\"%',))"
        f".fetchone()[0], file=open({str(seen)!r}, 'w'))"
    )
    beside(real, sys.executable, "-c", read)
    assert seen.read_text().strip() == "1"


def test_secrets_in_the_command_are_masked_in_the_record(real: RealShop) -> None:
    real.write(
        top='variable "password" {\n  type = string\n  sensitive = true\n  default = "correct-horse"\n}',
        app='config {\n    env = { PASSWORD = var.password, PIN = sensitive("4711") }\n  }',
    )
    real.run("up")
    beside(real, "true", "--password=correct-horse", "4711", "plain")
    assert recorded(real).command == ("true", "--password=***", "***", "plain")


def test_one_that_cannot_be_started_is_an_error_in_the_record_too(real: RealShop) -> None:
    real.run("up")
    with pytest.raises(CommandFailedError):
        beside(real, "no-such-program")
    run = recorded(real)
    assert run.status == "error"
    assert run.failure is not None
    assert run.failure.code == "command-failed"


def test_a_platform_that_cannot_run_commands_says_so_and_nothing_is_recorded(real: RealShop) -> None:
    real.write(platform="fake-plain")
    real.run("up")
    with pytest.raises(OperationError, match="fake-plain cannot run commands"):
        beside(real, "true")
    assert len(real.host().history.runs()) == 1


def test_another_deployment_can_be_named(real: RealShop) -> None:
    real.run("up")
    real.run("redeploy")
    first = real.host().history.operations({"stage": "deploy"})[-1]
    beside(real, "true", ref="web#1/deploy")
    assert recorded(real).target == first.id


def test_one_that_is_killed_reads_interrupted_and_is_written_so_by_the_next_run(real: RealShop) -> None:
    real.run("up")
    code = (
        "import sys; from pathlib import Path; import os\n"
        "from milepost.host.assembly import open_host\n"
        "from milepost.host.executing import Session, execute\n"
        f"execute(open_host(Path({str(real.folder)!r}), os.environ),"
        "Session(workspace='default', app='web', argv=('sh', '-c', 'echo on; exec sleep 60')), print)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=real.environment, stdout=subprocess.PIPE, process_group=0
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        with pytest.raises(OperationError, match="is an exec: only ada@"):
            cancel(real.host(), "2")
        assert real.host().history.interrupted() == []
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert [each.number for each in real.host().history.interrupted() if isinstance(each, Run)] == [2]
    real.run("build")
    run = real.host().history.runs({"verb": "exec"})[0]
    assert run.status == "interrupted"


FULL = "ulimit -f 8; exec"
"""What a shell says to have no file grow, as if the disk were full."""


def on_a_full_disk(real: RealShop, *words: str) -> subprocess.CompletedProcess[str]:
    """Run an exec of a command line while nothing can be written."""
    line = f'{FULL} "$@"'
    argv = [sys.executable, "-m", "milepost.cli", "exec", "web", *words]
    return subprocess.run(
        ["sh", "-c", line, "sh", *argv],
        cwd=real.folder,
        env=real.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_cannot_be_recorded_is_not_run_unless_that_is_said(real: RealShop) -> None:
    real.run("up")
    touched = real.folder / "touched"
    done = on_a_full_disk(real, "--", "touch", str(touched))
    assert done.returncode == 1
    assert "the command was not run, since it cannot be recorded" in done.stderr
    assert "hint: add --unrecorded" in done.stderr
    assert not touched.exists()
    done = on_a_full_disk(real, "--unrecorded", "--", "sh", "-c", f"touch {touched}; exit 3")
    assert done.returncode == 3
    assert touched.exists()
    assert "warning: this command is not recorded" in done.stderr
    assert len(real.host().history.runs()) == 1


def test_what_can_be_recorded_is_recorded_all_the_same(real: RealShop) -> None:
    real.run("up")
    beside(real, "true", unrecorded=True)
    assert recorded(real).status == "success"
