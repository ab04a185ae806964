from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from milepost.host.history import medium
from milepost.host.history.sqlite import SqliteStore
from milepost.host.history.trouble import UNFIT_CODES, told
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import OutputLine

Open = Callable[..., SqliteStore]
RUN = {"kind": "run", "workspace": "default", "status": "running"}
MOUNTS = r"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /nfs rw,relatime shared:1 - nfs4 server:/nfs rw
31 30 0:41 / /nfs/user/my\040disk rw - ext4 /dev/vdb rw
32 22 0:42 / /mnt rw - ext4 /dev/vdc rw
33 32 0:43 / /mnt rw - cifs //server/share rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/store", "ext4"),
        ("/nfs/other", "nfs4"),
        ("/nfss", "ext4"),
        ("/nfs/user/my disk/store", "ext4"),
        ("/nfs/user", "nfs4"),
        ("/mnt/store", "cifs"),
    ],
)
def test_the_file_system_is_that_of_the_last_mount_above(folder: str, kind: str) -> None:
    assert medium.file_system(Path(folder), MOUNTS) == kind


def test_a_network_file_system_is_refused_with_what_to_do(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"22 1 254:0 / / rw - ext4 /dev/vda rw\n30 22 0:40 / {tmp_path.resolve()} rw - nfs4 server:/ rw\n"
    )
    with pytest.raises(HistoryError, match=r"cannot be kept on this file system: .*nfs4") as caught:
        medium.refuse_network(tmp_path / "store" / "history.sqlite", mounts)
    assert "local disk" in caught.value.hint
    assert "postgres://" in caught.value.hint


@pytest.mark.skipif(not medium.MOUNTS.exists(), reason="only Linux tells of its mounts there")
def test_this_disk_is_no_network() -> None:
    with tempfile.TemporaryDirectory() as folder:
        medium.refuse_network(Path(folder) / "history.sqlite")
        assert medium.file_system(Path(folder).resolve(), medium.MOUNTS.read_text()) not in medium.NETWORK


def test_a_medium_without_shared_memory_is_told(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    # This way of SQLite's to lock files is for media that can do no better, and has no shared memory either.
    with closing(sqlite3.connect(f"file:{path}?vfs=unix-dotfile", uri=True)) as connection:
        connection.execute("CREATE TABLE x (y)")
        with pytest.raises(HistoryError, match="no memory that processes share"):
            medium.use_log(connection, path)


@pytest.mark.parametrize("code", sorted(UNFIT_CODES))
def test_locks_that_fail_are_told_as_the_file_systems_fault(tmp_path: Path, code: int) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    with pytest.raises(HistoryError, match="cannot be kept on this file system"), told(tmp_path / "history.sqlite"):
        raise error


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Return a function that mounts a small file system; all are taken away at the end."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount")
    mounted: list[Path] = []

    def mount_one(size: str) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        argv = ["mount", "-t", "tmpfs", "-o", f"size={size}", "milepost-test", str(place)]
        if subprocess.run(argv, check=False, capture_output=True).returncode:
            pytest.skip("this machine lets nobody mount")
        mounted.append(place)
        return place

    yield mount_one
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def read_only(place: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)


def test_a_read_only_medium_is_read(mount: Callable[[str], Path], open_store: Open) -> None:
    place = mount("8m")
    store = open_store(place / "store")
    store.append({"id": "R1", **RUN})
    store.close()
    read_only(place)
    reader = open_store(place / "store", create=False)
    assert [each["id"] for each in reader.latest("run", {})] == ["R1"]
    with pytest.raises(HistoryError, match="read-only"):
        reader.append({"id": "R2", **RUN})
    with pytest.raises(HistoryError, match=r"read-only|cannot be written|cannot be opened"):
        open_store(place / "store")


def fill(place: Path) -> None:
    """Write until there is no room for one byte more."""
    with suppress(OSError), (place / "stone").open("ab", buffering=0) as stone:
        while stone.write(bytes(1024)):
            pass


def test_a_history_on_a_full_disk_is_read_and_refuses_to_be_written(
    mount: Callable[[str], Path], open_store: Open
) -> None:
    place = mount("2m")
    store = open_store(place / "store")
    store.append({"id": "R1", **RUN})
    store.append({"id": "O1", "kind": "operation", "run": "R1", "app": "web", "stage": "build"})
    store.write_output("O1", [OutputLine(1, "", "plugin", "stdout", "built")])
    store.close()
    fill(place)
    reader = open_store(place / "store", create=False)
    assert [each["id"] for each in reader.latest("run", {})] == ["R1"]
    assert [each.text for each in reader.read_output("O1")] == ["built"]
    reader.close()
    with pytest.raises(HistoryError, match="the disk is full") as caught:
        open_store(place / "store")
    assert "what was recorded is safe" in caught.value.hint
    (place / "stone").unlink()
    assert open_store(place / "store").append({"id": "R2", **RUN}) == 2


def test_what_lies_in_the_log_of_a_full_disk_is_read_too(
    mount: Callable[[str], Path], open_store: Open, tmp_path: Path
) -> None:
    store = open_store(tmp_path / "store")
    for each in range(5):
        store.append({"id": f"R{each}", **RUN})
    place = mount("2m")
    (place / "store").mkdir()
    for name in ("history.sqlite", "history.sqlite-wal"):
        shutil.copy(tmp_path / "store" / name, place / "store" / name)
    fill(place)
    reader = open_store(place / "store", create=False)
    assert [each["id"] for each in reader.latest("run", {})] == ["R4", "R3", "R2", "R1", "R0"]


def test_what_lies_in_the_log_only_is_read_from_a_copy(
    mount: Callable[[str], Path], open_store: Open, tmp_path: Path
) -> None:
    store = open_store(tmp_path / "store")
    for each in range(5):
        store.append({"id": f"R{each}", **RUN})
    place = mount("8m")
    (place / "store").mkdir()
    for name in ("history.sqlite", "history.sqlite-wal"):  # as a machine leaves them that lost its power
        shutil.copy(tmp_path / "store" / name, place / "store" / name)
    read_only(place)
    before = set(Path(tempfile.gettempdir()).glob("milepost-*"))
    reader = open_store(place / "store", create=False)
    assert [each["id"] for each in reader.latest("run", {})] == ["R4", "R3", "R2", "R1", "R0"]
    reader.close()
    assert set(Path(tempfile.gettempdir()).glob("milepost-*")) <= before


def test_a_disk_that_fills_up_loses_nothing_and_goes_on_afterwards(
    mount: Callable[[str], Path], open_store: Open
) -> None:
    place = mount("2m")
    store = open_store(place / "store")
    store.append({"id": "R", **RUN})
    written: list[str] = []

    def fill() -> None:
        while len(written) < 10_000:
            operation = {"id": f"O{len(written)}", "kind": "operation", "run": "R", "app": "web", "stage": "build"}
            store.append({**operation, "state": "x" * 1500})
            written.append(operation["id"])

    with pytest.raises(HistoryError, match="the disk is full"):
        fill()
    assert len(written) > 20
    lock = store.lock("web/default")
    lock.release()
    assert [each["id"] for each in store.latest("operation", {}, oldest=True)] == written
    subprocess.run(["mount", "-o", "remount,size=8m", str(place)], check=True)
    store.append({"id": "R2", **RUN})
    store.amend([{"id": "R", **RUN, "status": "success"}])
    assert open_store(place / "store").check() == []
