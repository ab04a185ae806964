"""A process is known by more than its id."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from milepost_local.identity import MARK, boot_id, group, identify, is_alive, marked, send
from milepost_local.place import Place, Record, ReplicaRecord, read_record, socket_path, write_record
from milepost_local.supervisor_mask import Mask


def test_a_process_is_itself_until_it_ends() -> None:
    with subprocess.Popen(["sleep", "300"]) as process:
        identity = identify(process.pid)
        assert identity is not None
        assert is_alive(identity)
        assert identity.boot == boot_id()
        assert send(identity, signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert identify(process.pid) is None, "remains are no process"
    assert not is_alive(identity)
    assert not send(identity, signal.SIGKILL)


def test_a_signal_for_another_with_the_same_id_is_not_sent() -> None:
    with subprocess.Popen(["sleep", "300"]) as process:
        identity = identify(process.pid)
        assert identity is not None
        assert not send(identity._replace(started="1"), signal.SIGKILL)
        assert not send(identity._replace(boot="1"), signal.SIGKILL)
        assert process.poll() is None
        process.kill()


def test_marked_processes_are_those_of_this_deployment_alone(tmp_path: Path) -> None:
    env = {**os.environ, MARK: str(tmp_path / "a")}
    with subprocess.Popen(["sleep", "300"], env=env) as process:
        found = []
        while not found and process.poll() is None:  # until the child has become the program
            found = list(marked(tmp_path / "a"))
        assert [each.pid for each in found] == [process.pid]
        assert marked(tmp_path / "b") == marked(tmp_path) == ()
        process.kill()


def test_a_group_is_told_without_its_leader() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 300 & echo; wait"], start_new_session=True, stdout=-1) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (member,) = group(process.pid)
        assert member != process.pid
        os.killpg(process.pid, signal.SIGKILL)


def test_a_record_reads_back(tmp_path: Path) -> None:
    me = identify(os.getpid())
    assert me is not None
    record = Record(me, "/run/x.sock", (ReplicaRecord("web.1", me, 20001), ReplicaRecord("web.2", me, None)))
    write_record(Place(tmp_path), record)
    assert read_record(Place(tmp_path)) == record
    assert read_record(Place(tmp_path / "none")) is None


def test_a_socket_has_a_short_path_wherever_the_data_lies() -> None:
    short, long = Path("/var/lib/state"), Path("/" + "long/" * 40)
    assert socket_path(short, "key", Path("/run")).parent == short / "run"
    assert socket_path(long, "key", Path("/run")).parent == Path(f"/run/milepost-{os.getuid()}")
    assert socket_path(long, "key", Path("/run")) != socket_path(long, "other", Path("/run"))


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        (["hunter22"], b"it is hunter22!", b"it is ***!"),
        (["short"], b"a short text", b"a short text"),
        (["secret1", "secret1-and-more"], b"secret1-and-more", b"***"),
        (["-----BEGIN KEY-----\nMIIabcdef\n"], b"x MIIabcdef y", b"x *** y"),
        ([], b"plain", b"plain"),
        (["caf\u00e9-caf\u00e9"], "caf\u00e9-caf\u00e9".encode(), b"***"),
        (["a.b*c[d"], b"a.b*c[d axbbc[d", b"*** axbbc[d"),
        (["hunter22"], b"\x1b[1mhun\x1b[31mter\x1b[K22\x1b[0m!", b"\x1b[1m***\x1b[31m\x1b[K\x1b[0m!"),
        (["a/b c/d"], b"a%2fb%20c%2fd a\\/b c\\/d", b"*** ***"),
    ],
)
def test_secrets_are_masked_in_what_an_app_prints(secrets: list[str], text: bytes, shown: bytes) -> None:
    assert Mask(secrets)(text) == shown
