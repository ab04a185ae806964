"""Surroundings that are against us: disks, folders, homes that are full, read-only, or gone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

import pytest

from tests.journeys import truth
from tests.journeys.place import Place, text_of

AS_ROOT = os.geteuid() == 0


@contextmanager
def mounted(folder: Path, kind: str, *options: str) -> Iterator[None]:
    """Mount something on a folder for a while; skipped where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(("mount", "-t", kind, *options, str(folder)), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"not applicable: not allowed to mount: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(("umount", "-l", str(folder)), check=True)


def fill(folder: Path) -> Path:
    """Fill the disk that a folder is on; return the file that does."""
    stone = folder / "stone"
    with stone.open("wb", buffering=0) as file:
        for size in (65536, 1):
            pour(file, size)
    return stone


def pour(file: FileIO, size: int) -> None:
    """Write so many bytes again and again, until no more will fit."""
    with suppress(OSError):
        while file.write(b"x" * size):
            pass


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write in a folder, root included, while the context lasts."""
    if not AS_ROOT:
        modes = {each: each.stat().st_mode for each in (folder, *folder.rglob("*")) if not each.is_symlink()}
        for each, mode in modes.items():
            each.chmod(mode & ~0o222)
        try:
            yield
        finally:
            for each, mode in modes.items():
                each.chmod(mode)
        return
    with mounted(folder, "none", str(folder), "-o", "bind"):
        subprocess.run(("mount", "-o", "remount,ro,bind", str(folder)), check=True)
        yield


@pytest.mark.skipif(not AS_ROOT, reason="not applicable: only root can mount a small disk")
def test_a_disk_that_is_full_is_told_and_what_was_live_serves(shop: Place) -> None:
    with mounted(shop.state, "tmpfs", "-o", "size=12m", "tmpfs"):
        url = shop.up()["urls"][0]
        stone = fill(shop.state)
        shop.write(version__txt="two")
        answer = shop.ask("up")
        assert answer.status == 1, answer.told
        assert "the disk is full" in answer.told
        assert str(shop.state) in answer.told
        assert text_of(url) == "one"
        stone.unlink()
        shop.write(version__txt="three")
        shop.up()
        truth.check_clean(shop, "three")
        shop.run("destroy", "--all", "--yes")
        truth.check_gone(shop)


@pytest.mark.skipif(not AS_ROOT, reason="not applicable: only root can mount a small disk")
def test_a_disk_that_fills_in_the_middle_of_a_build_is_told(shop: Place) -> None:
    with mounted(shop.state, "tmpfs", "-o", "size=12m", "tmpfs"):
        url = shop.up()["urls"][0]
        (shop.folder / "big.bin").write_bytes(os.urandom(20 * 1024 * 1024))
        answer = shop.run("up", status=1)
        assert "space" in answer.told
        assert text_of(url) == "one"
        (shop.folder / "big.bin").unlink()
        shop.write(version__txt="two")
        shop.up()
        truth.check_clean(shop, "two")
        shop.run("destroy", "--all", "--yes")


def test_a_project_folder_that_is_read_only_is_enough(shop: Place) -> None:
    with read_only(shop.folder):
        assert text_of(shop.up()["urls"][0]) == "one"
        shop.run("destroy", "--all", "--yes")


def test_a_state_folder_that_is_read_only_is_named_and_can_still_be_read(shop: Place) -> None:
    url = shop.up()["urls"][0]
    with read_only(shop.state):
        shop.write(version__txt="two")
        answer = shop.ask("up")
        assert answer.status == 1
        assert str(shop.state) in answer.err
        assert "hint:" in answer.err
        assert shop.json("history")["runs"][0]["number"] == 1
    assert text_of(url) == "one"


def test_without_a_home_the_state_folder_is_enough_and_without_both_it_is_told(shop: Place) -> None:
    without = shop.having(HOME="")
    assert text_of(without.up()["urls"][0]) == "one"
    answer = shop.having(HOME="", MILEPOST_STATE="", MILEPOST_CACHE="").run("up", status=2)
    assert "MILEPOST_STATE" in answer.err


def test_a_rollback_needs_nothing_of_the_old_files(shop: Place) -> None:
    shop.up()
    shop.write(version__txt="two")
    url = shop.up()["urls"][0]
    text = (shop.folder / "milepost.hcl").read_text()
    shutil.rmtree(shop.folder)
    shop.folder.mkdir()
    shop.write(milepost__hcl=text)
    shop.json("rollback")
    assert text_of(url) == "one"


def test_a_project_folder_that_was_removed_is_no_project(shop: Place) -> None:
    shop.up()
    text = (shop.folder / "milepost.hcl").read_text()
    shutil.rmtree(shop.folder)
    answer = shop.run("status", status=2)
    assert "milepost.hcl" in answer.err
    shop.folder.mkdir()
    shop.write(milepost__hcl=text)
    assert text_of(shop.app_status()["urls"][0]) == "one"
