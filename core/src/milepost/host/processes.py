"""The one place that starts programs: each in a session of its own, recorded before it can do anything."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from milepost.host.cancel import Cancel, Deadline
from milepost.host.reading import Reader
from milepost.sdk.errors import CommandFailedError, MilepostError
from milepost.sdk.secret import reveal
from milepost.sdk.step import Command, Result, Stream

# The shell waits for a line on standard input, which is sent once the process is recorded; if the
# writer dies before, the read fails and nothing was ever run. It then becomes the program itself.
GATE = 'IFS= read -r go && exec "$@"'
GATE_WITHOUT_INPUT = 'IFS= read -r go && exec "$@" </dev/null'

EVENTS_AT_ONCE = 256 * 1024
"""How many bytes of events are read at once: what a program prints comes in long ones."""

PROC = "/proc"
KILL_AFTER = 3.0
"""How long a program may take to obey TERM, in seconds; shorter than the grace of a run in CI."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Who wants to know what about a program that runs."""

    cancel: Cancel
    deadline: Deadline
    started: Callable[[int], None]
    """Called with the process id before the program can do anything; it must be durable when it returns."""
    ended: Callable[[int], None]
    """Called when the process is gone."""
    output: Callable[[str, Stream], None]
    """Called with what it prints as it comes, from another thread: lines with their ends, or a piece of one.

    The last one has an end, even if the program wrote none.
    """


def run(command: Command, environment: Mapping[str, str], watch: Watch) -> Result:
    """Run the program and return how it ended; a detached one is only started.

    Raises CommandFailedError, DeadlineError, CancelledError.
    """
    own = {name: reveal(value) for name, value in command.env.items()}
    env = own if command.isolated else {**environment, **own}
    argv = (_program(command, env), *command.argv[1:])
    if command.attach:
        return _attached(command, argv, env)
    process = _spawn(command, argv, env)
    _record(process, watch)
    if command.detach:
        _open_gate(process, command)
        # Somebody must take note of its death while we live, or it stays as a zombie that looks alive.
        threading.Thread(target=process.wait, daemon=True).start()
        return Result(status=0, pid=process.pid)
    try:
        return _follow(process, command, watch)
    finally:
        watch.ended(process.pid)


def _record(process: subprocess.Popen[bytes], watch: Watch) -> None:
    """Have the process written down; one that cannot be (a full disk) never becomes the program."""
    try:
        watch.started(process.pid)
    except BaseException:
        process.kill()
        process.communicate()
        raise


def _program(command: Command, env: Mapping[str, str]) -> str:
    """Return the absolute path of the program, looked for as the shell would."""
    name = command.argv[0]
    if os.sep in name:
        path = os.path.join(command.cwd or os.getcwd(), name)
        found = path if os.access(path, os.X_OK) and os.path.isfile(path) else None
    else:
        found = shutil.which(name, path=env.get("PATH", os.defpath))
    if found is None:
        raise CommandFailedError(command.argv, None, "no such program")
    return found


def _spawn(command: Command, argv: tuple[str, ...], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start the shell that waits for our word to become the program."""
    gate = GATE if command.input is not None else GATE_WITHOUT_INPUT
    with _destination(command) as (stdout, stderr):
        try:
            return subprocess.Popen(
                ("/bin/sh", "-c", gate, "sh", *argv),
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                cwd=command.cwd,
                env=dict(env),
                start_new_session=True,
            )
        except OSError as error:
            raise CommandFailedError(command.argv, None, error.strerror or str(error)) from error


@contextmanager
def _destination(command: Command) -> Iterator[tuple[int | IO[bytes], int | IO[bytes]]]:
    """Yield where the output goes: to us, or, when detached, to the log or nowhere."""
    if not command.detach:
        yield subprocess.PIPE, subprocess.PIPE
    elif command.log is None:
        yield subprocess.DEVNULL, subprocess.DEVNULL
    else:
        with open(command.log, "ab") as log:
            yield log, log


def _open_gate(process: subprocess.Popen[bytes], command: Command) -> None:
    """Let the program run, and give it its input."""
    assert process.stdin is not None
    # A pipe that breaks: it ended without reading its input, and how it ended tells the rest.
    with suppress(BrokenPipeError):
        try:
            process.stdin.write(b"go\n" + (command.input or b""))
        finally:
            process.stdin.close()


def _follow(process: subprocess.Popen[bytes], command: Command, watch: Watch) -> Result:
    """Let the program run and stay with it to its end."""
    assert process.stdout is not None
    assert process.stderr is not None
    reader = Reader(process.stdout, process.stderr, None if command.quiet else watch.output)
    feeder = threading.Thread(target=_open_gate, args=(process, command), daemon=True)
    feeder.start()
    try:
        _wait(process, command, watch)
    finally:
        end_group(process.pid, reap=process.poll)
        process.wait()
        feeder.join(1)
        reader.finish()
    status = process.returncode
    if command.check and status != 0:
        raise CommandFailedError(command.argv, status, "\n".join(reader.tail))
    return Result(status=status, stdout=bytes(reader.stdout), stderr=bytes(reader.stderr), pid=process.pid)


def _wait(process: subprocess.Popen[bytes], command: Command, watch: Watch) -> None:
    """Wait for the end. Raises as soon as there is a reason not to."""
    own = Deadline(command.argv[0], command.timeout, time.monotonic)
    while True:
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            watch.cancel.check()
            watch.deadline.check()
            own.check()
        else:
            return


def _attached(command: Command, argv: tuple[str, ...], env: Mapping[str, str]) -> Result:
    """Run the program on the user's terminal; Ctrl-C is the program's, not ours."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(argv, cwd=command.cwd, env=dict(env), process_group=None)
        return Result(status=process.wait(), pid=process.pid)
    except OSError as error:
        raise CommandFailedError(command.argv, None, error.strerror or str(error)) from error
    finally:
        signal.signal(signal.SIGINT, before)


def end_group(pid: int, *, grace: float = KILL_AFTER, reap: Callable[[], object] = lambda: None) -> None:
    """End all that is left of the process group: TERM, and KILL for what does not obey within `grace` seconds.

    `reap` takes note of the death of our own child, which would stay in its group as a zombie otherwise.
    """
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, KILL_AFTER)):
        reap()
        if not _signal_group(pid, number):
            return
        end = time.monotonic() + patience
        while time.monotonic() < end:
            reap()
            if not _group_lives(pid):
                return
            time.sleep(0.01)


def _group_lives(pid: int) -> bool:
    """Return whether anybody in the group lives; those that ended and whose parent has not asked yet do not."""
    if not _signal_group(pid, 0):
        return False
    stats = (_stat(each.name) for each in os.scandir(PROC) if each.name.isdigit()) if os.path.isdir(PROC) else ()
    states = [state for state, group in stats if group == str(pid)]
    return not states or any(state not in "ZX" for state in states)


def _stat(pid: str) -> tuple[str, str]:
    """Return a process's state and group as Linux tells them; empty when it is gone."""
    try:
        with open(f"{PROC}/{pid}/stat", "rb") as file:
            # The name stands in parentheses and may hold anything, parentheses too.
            state, _, group, *_ = file.read().rpartition(b")")[2].decode().split()
    except (OSError, ValueError):
        return "", ""
    return state, group


def _signal_group(pid: int, number: int) -> bool:
    """Send a signal to the group; return whether there was anybody to get it."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise MilepostError(f"process group {pid} is not ours to end: {error}") from error
    return True


@dataclass(frozen=True)
class Child:
    """A process of milepost's own: an app's part, which listens on a socket and tells events on a pipe."""

    process: subprocess.Popen[bytes]
    events: IO[bytes]
    errors: IO[bytes]
    """What it says when it cannot even begin, or breaks."""


def start_child(argv: tuple[str, ...], environment: Mapping[str, str], control: socket.socket) -> Child:
    """Start a process of milepost's own, in a session of its own; `control` is its standard input."""
    process = subprocess.Popen(
        argv,
        stdin=control.fileno(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        start_new_session=True,
        bufsize=EVENTS_AT_ONCE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    return Child(process, process.stdout, process.stderr)
