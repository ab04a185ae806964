"""Programs: recorded before they run, heard, fed, limited, and ended with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.tests.waiting import until
from milepost.host.cancel import Cancel, Deadline
from milepost.host.processes import Watch, end_group, run
from milepost.sdk.errors import CancelledError, CommandFailedError, DeadlineError
from milepost.sdk.secret import Part, Secret
from milepost.sdk.step import Command, Result

ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath)}


class Seen:
    """Watches one program."""

    def __init__(self, seconds: float | None = None) -> None:
        self.cancel = Cancel()
        self.deadline = Deadline("the step", seconds, time.monotonic)
        self.lines: list[tuple[str, str]] = []
        self.pids: list[int] = []
        self.gone: list[int] = []
        self.at_start: Callable[[int], None] = lambda pid: None

    def run(self, *argv: str, **fields: Any) -> Result:
        watch = Watch(
            cancel=self.cancel,
            deadline=self.deadline,
            started=self._started,
            ended=self.gone.append,
            output=lambda text, stream: self.lines.append((stream, text)),
        )
        return run(Command(argv=argv, **fields), ENVIRONMENT, watch)

    def _started(self, pid: int) -> None:
        self.pids.append(pid)
        self.at_start(pid)


@pytest.fixture
def seen() -> Seen:
    return Seen()


def sh(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except FileNotFoundError:
        return False


def test_what_it_prints_is_returned_and_told_with_an_end_to_the_last_line(seen: Seen) -> None:
    result = seen.run(*sh("echo one; echo two >&2; printf three"))
    assert (result.status, result.stdout, result.stderr) == (0, b"one\nthree", b"two\n")
    text = {stream: "".join(each for of, each in seen.lines if of == stream) for stream in ("stdout", "stderr")}
    assert text == {"stdout": "one\nthree\n", "stderr": "two\n"}


def test_it_is_recorded_before_it_can_do_anything(seen: Seen, tmp_path: Path) -> None:
    file = tmp_path / "done"
    seen.at_start = lambda pid: time.sleep(0.3) or (not file.exists()) or pytest.fail("it ran already")
    seen.run("touch", str(file))
    assert file.exists()
    assert seen.gone == seen.pids


def test_one_that_cannot_be_recorded_never_runs(seen: Seen, tmp_path: Path) -> None:
    def full(pid: int) -> None:
        raise OSError("no space left on device")

    seen.at_start = full
    with pytest.raises(OSError, match="no space left"):
        seen.run("touch", str(tmp_path / "done"))
    assert not (tmp_path / "done").exists()


def test_its_number_is_its_group_and_session(seen: Seen) -> None:
    result = seen.run(*sh("ps -o pid=,pgid=,sid= -p $$"))
    assert set(result.stdout.split()) == {str(seen.pids[0]).encode()}


def test_it_reads_what_it_is_given_and_nothing_else(seen: Seen) -> None:
    assert seen.run("cat", input=b"hello\nworld").stdout == b"hello\nworld"
    assert seen.run("cat").stdout == b""


def test_much_input_and_much_output_do_not_wait_for_each_other(seen: Seen) -> None:
    data = b"x" * 70 + b"\n"
    assert len(seen.run("cat", input=data * 20000, quiet=True).stdout) == len(data) * 20000


def test_one_that_does_not_read_its_input_is_no_failure(seen: Seen) -> None:
    assert seen.run("true", input=b"x" * 1_000_000).status == 0


def test_the_environment_is_the_users_with_what_is_added_in_clear(seen: Seen) -> None:
    env = {"PLAIN": "a b", "HIDDEN": Secret([Part("hunter22", "var.x")])}
    assert seen.run(*sh('echo "$PLAIN $HIDDEN"'), env=env).stdout == b"a b hunter22\n"


def test_it_runs_where_it_is_told_to(seen: Seen, tmp_path: Path) -> None:
    assert seen.run("pwd", cwd=str(tmp_path)).stdout.decode().strip() == str(tmp_path)


def test_a_program_with_a_path_is_looked_for_from_its_folder(seen: Seen, tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\necho here\n")
    (tmp_path / "tool").chmod(0o755)
    assert seen.run("./tool", cwd=str(tmp_path)).stdout == b"here\n"


def test_arguments_are_not_read_by_a_shell(seen: Seen) -> None:
    assert seen.run("printf", "%s|", "$HOME", "a b", "*", "; exit 3").stdout == b"$HOME|a b|*|; exit 3|"


def test_a_status_is_an_error_with_the_last_lines(seen: Seen) -> None:
    with pytest.raises(CommandFailedError) as caught:
        seen.run(*sh("for i in $(seq 30); do echo line $i; done; exit 7"))
    assert caught.value.status == 7
    assert caught.value.tail.splitlines()[-1] == "line 30"
    assert len(caught.value.tail.splitlines()) == 20


def test_a_status_is_a_result_where_nobody_checks(seen: Seen) -> None:
    assert seen.run(*sh("exit 7"), check=False).status == 7
    assert seen.run(*sh("kill -9 $$"), check=False).status == -signal.SIGKILL


@pytest.mark.parametrize("argv", [("no-such-program",), ("./no-such-file",), ("/",)])
def test_a_program_that_is_not_there_says_so(seen: Seen, argv: tuple[str, ...]) -> None:
    with pytest.raises(CommandFailedError, match=r"could not be started: no such program"):
        seen.run(*argv)
    assert seen.pids == []


def test_a_folder_that_is_not_there_says_so(seen: Seen, tmp_path: Path) -> None:
    with pytest.raises(CommandFailedError, match="could not be started"):
        seen.run("true", cwd=str(tmp_path / "gone"))


def test_a_cancel_ends_it_and_all_that_it_started(seen: Seen, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    seen.at_start = lambda pid: None
    import threading

    timer = threading.Thread(target=lambda: until(note.exists) and seen.cancel.ask("the test"))
    timer.start()
    with pytest.raises(CancelledError, match="the test"):
        seen.run(*sh(f"sleep 600 & echo $! > {note}.new; mv {note}.new {note}; wait"))
    timer.join()
    assert until(lambda: not lives(int(note.read_text())))
    assert seen.gone == seen.pids


def test_its_own_limit_ends_it_and_names_it(seen: Seen) -> None:
    with pytest.raises(DeadlineError, match=r"sleep took longer than its limit of 0\.2 s"):
        seen.run("sleep", "600", timeout=0.2)
    assert not lives(seen.pids[0])


def test_the_limit_of_the_step_ends_it_too() -> None:
    with pytest.raises(DeadlineError, match="the step took longer"):
        Seen(0.2).run("sleep", "600")


def test_what_it_leaves_running_is_ended_with_it(seen: Seen, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    seen.run(*sh(f"sleep 600 >/dev/null 2>&1 & echo $! > {note}"))
    assert until(lambda: not lives(int(note.read_text())))


def test_what_it_leaves_running_with_its_output_open_does_not_hold_us(seen: Seen) -> None:
    assert seen.run(*sh("sleep 600 & echo done")).stdout == b"done\n"


def test_a_quiet_one_is_returned_and_not_told(seen: Seen) -> None:
    assert seen.run("echo", "psst", quiet=True).stdout == b"psst\n"
    assert seen.lines == []


def test_what_is_no_text_is_returned_as_it_is_and_shown_as_well_as_can_be(seen: Seen) -> None:
    assert seen.run("printf", r"\377\n").stdout == b"\xff\n"
    assert seen.lines == [("stdout", "\ufffd\n")]


def test_a_detached_one_outlives_us_and_logs_to_its_file(seen: Seen, tmp_path: Path) -> None:
    log = tmp_path / "log"
    result = seen.run(*sh("echo up; exec sleep 600"), detach=True, log=str(log))
    assert until(lambda: log.read_text() == "up\n")
    assert lives(result.pid)
    assert (seen.pids, seen.gone) == ([result.pid], [])
    end_group(result.pid)
    assert until(lambda: not lives(result.pid))


def test_a_group_is_asked_once_to_end(tmp_path: Path) -> None:
    note = tmp_path / "asked"
    script = f"trap 'echo asked >> {note}; sleep 0.4; exit 0' TERM; touch {note}; while :; do sleep 0.02; done"
    process = subprocess.Popen(sh(script), start_new_session=True)
    assert until(note.exists)
    end_group(process.pid, reap=process.poll)
    assert note.read_text() == "asked\n"
    assert process.wait() == 0


def test_one_that_does_not_obey_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "here"
    process = subprocess.Popen(sh(f"trap '' TERM; touch {note}; while :; do sleep 0.02; done"), start_new_session=True)
    assert until(note.exists)
    end_group(process.pid, grace=0.2, reap=process.poll)
    assert process.wait() == -signal.SIGKILL


def test_a_dead_one_that_nobody_has_asked_for_holds_nobody_up() -> None:
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    began = time.monotonic()
    end_group(process.pid, grace=60)
    assert time.monotonic() - began < 50
    assert process.wait() == -signal.SIGTERM


def test_ending_what_is_gone_does_nothing() -> None:
    process = subprocess.Popen(["true"], start_new_session=True)
    process.wait()
    end_group(process.pid)
    assert process.returncode == 0


def test_what_comes_is_told_as_it_comes_and_in_its_order(seen: Seen) -> None:
    seen.run(*sh("printf half; sleep 0.3; echo done; sleep 0.1; echo no >&2; sleep 0.1; printf more"))
    assert seen.lines == [
        ("stdout", "half"),
        ("stdout", "done\n"),
        ("stderr", "no\n"),
        ("stdout", "more"),
        ("stdout", "\n"),
    ]


def test_a_character_that_comes_in_two_pieces_is_whole(seen: Seen) -> None:
    seen.run(*sh(r"printf 'caf\303'; sleep 0.3; printf '\251\n'"))
    assert "".join(text for _, text in seen.lines) == "caf\u00e9\n"


def test_a_slow_listener_hears_all_of_it(seen: Seen) -> None:
    heard: list[str] = []

    def listen(text: str, stream: str) -> None:
        time.sleep(0.4)
        heard.append(text)

    watch = Watch(
        cancel=seen.cancel,
        deadline=seen.deadline,
        started=lambda pid: None,
        ended=lambda pid: None,
        output=listen,
    )
    run(Command(argv=("seq", "60000")), ENVIRONMENT, watch)
    assert "".join(heard) == "".join(f"{number}\n" for number in range(1, 60001))


def test_a_line_without_an_end_does_not_fill_the_memory(seen: Seen) -> None:
    with pytest.raises(CommandFailedError) as caught:
        seen.run(*sh("head -c 30000000 /dev/zero | tr '\\0' y; exit 3"), quiet=True)
    assert len(caught.value.tail) < 10_000
