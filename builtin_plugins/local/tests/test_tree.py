"""The digest of a tree, and what plays no part in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.sdk import OperationError
from milepost.testing.project import write_files
from milepost_local.tree import Entry, read_tree, tree_of


def folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir()
    write_files(path, files)
    return path


FILES = {"a.txt": "1", "b/c.txt": "2", "b/\u00e9t\u00e9.txt": "3", "z": ""}


@pytest.mark.parametrize(
    "change",
    [
        lambda root: os.utime(root / "a.txt", (1, 1)),
        lambda root: (root / "a.txt").chmod(0o600),
        lambda root: (root / "a.txt").chmod(0o666),
        lambda root: (root / "empty/folder").mkdir(parents=True),
        lambda root: (root / "b/\u00e9t\u00e9.txt").rename(root / "b/e\u0301te\u0301.txt"),
    ],
    ids=["times", "narrow mode", "wide mode", "empty folder", "spelling of accents"],
)
def test_what_differs_between_machines_does_not_change_the_digest(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    root = folder(tmp_path / "a", FILES)
    before = read_tree(root).digest
    change(root)
    assert read_tree(root).digest == before


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "a.txt").write_text("2"),
        lambda root: (root / "a.txt").chmod(0o755),
        lambda root: (root / "a.txt").rename(root / "A.txt"),
        lambda root: (root / "b/c.txt").rename(root / "c.txt"),
        lambda root: (root / "new").touch(),
        lambda root: (root / "link").symlink_to("a.txt"),
    ],
    ids=["content", "program", "name", "place", "new file", "link"],
)
def test_what_an_app_could_tell_apart_changes_the_digest(tmp_path: Path, change: Callable[[Path], object]) -> None:
    root = folder(tmp_path / "a", FILES)
    before = read_tree(root).digest
    change(root)
    assert read_tree(root).digest != before


def test_the_digest_of_a_known_tree_stays_what_it_was(tmp_path: Path) -> None:
    root = folder(tmp_path / "a", {"hello.txt": "hello\n", "bin/run": "#!/bin/sh\n"})
    (root / "bin/run").chmod(0o755)
    (root / "link").symlink_to("hello.txt")
    assert read_tree(root).digest == "sha256:43926d2bb21b96fb8a8af82cfe90a95e7488d240e114699d71bb65c2286951ca"


def test_the_order_of_making_files_does_not_count(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", FILES)
    two = folder(tmp_path / "two", dict(reversed(FILES.items())))
    assert read_tree(one).digest == read_tree(two).digest


def test_two_names_that_differ_in_the_spelling_of_accents_are_refused() -> None:
    same = Entry("\u00e9", "/x", "file", "0", 0)
    with pytest.raises(OperationError, match="both named \u00e9"):
        tree_of([same, same])
