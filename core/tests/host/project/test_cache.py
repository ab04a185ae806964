from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from milepost.host.project.cache import read_project
from milepost.sdk.errors import ProjectFileError

READ = """
import json, sys
from pathlib import Path
from milepost.host.project.cache import read_project
project = read_project(Path(sys.argv[1]), Path(sys.argv[2]))
print(json.dumps([project.name, sorted(sys.modules)]))
"""


@pytest.fixture
def file(tmp_path: Path, shop_text: str) -> Path:
    written = tmp_path / "milepost.hcl"
    written.write_text(shop_text)
    return written


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def trees(cache: Path) -> list[Path]:
    return sorted((cache / "trees").iterdir())


def read_elsewhere(file: Path, cache: Path) -> tuple[str, set[str]]:
    """Read in a process of its own, and return the project's name and what was imported."""
    done = subprocess.run([sys.executable, "-c", READ, str(file), str(cache)], capture_output=True, check=True)
    name, modules = json.loads(done.stdout)
    return name, set(modules)


def test_an_unchanged_file_is_read_without_the_parser(file: Path, cache: Path) -> None:
    _, cold = read_elsewhere(file, cache)
    name, warm = read_elsewhere(file, cache)
    assert name == "shop"
    assert "lark" in cold
    assert not warm & {"hcl2", "lark", "msgspec", "pluggy", "decimal", "hashlib", "importlib.metadata"}
    assert {each for each in warm if each.startswith("milepost.host.language.")} == {
        f"milepost.host.language.{each}" for each in ("document", "source", "tree", "walk")
    }


def test_a_cached_project_is_the_same(file: Path, cache: Path) -> None:
    assert read_project(file, cache) == read_project(file, cache) == read_project(file, None)


def test_a_changed_file_is_read_anew(file: Path, cache: Path) -> None:
    read_project(file, cache)
    changed = file.read_text().replace('"shop"', '"shed"', 1)
    before = file.stat()
    file.write_text(changed)
    # The same size and time of change as before: only the text tells.
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read_project(file, cache).name == "shed"
    assert read_project(file, cache).name == "shed"
    assert len(trees(cache)) == 1


def test_a_file_that_becomes_wrong_is_refused_although_a_good_one_is_cached(file: Path, cache: Path) -> None:
    read_project(file, cache)
    file.write_text("project = ")
    with pytest.raises(ProjectFileError, match="expected a value"):
        read_project(file, cache)


def test_a_torn_or_foreign_cache_file_is_as_good_as_none(file: Path, cache: Path) -> None:
    expected = read_project(file, cache)
    (place,) = trees(cache)
    whole = place.read_bytes()
    header, _, document = whole.partition(b"\n")
    for broken in (
        b"",
        whole[:40],
        whole[: len(whole) // 2],
        whole[:-1],
        b"\x00" * len(whole),
        b"milepost 0.0.0 tree 1 00000000\n" + document,
        header + b"\n" + document.replace(b"8080", b"9090"),
        header + b"\n[]",
        whole.replace(b"shop", b"shed"),
    ):
        place.write_bytes(broken)
        assert read_project(file, cache) == expected
        assert place.read_bytes() == whole


def test_a_cache_file_of_another_project_is_not_taken(file: Path, cache: Path, tmp_path: Path) -> None:
    read_project(file, cache)
    (place,) = trees(cache)
    other = tmp_path / "other" / "milepost.hcl"
    other.parent.mkdir()
    other.write_text(file.read_text())
    read_project(other, cache)
    (second,) = set(trees(cache)) - {place}
    # As if both paths had the same short name in the cache.
    second.write_bytes(place.read_bytes())
    assert read_project(other, cache).folder == other.parent


def test_a_cache_that_cannot_be_written_is_no_error(file: Path, cache: Path) -> None:
    cache.write_text("a file, not a folder")
    assert read_project(file, cache).name == "shop"
    assert cache.read_text() == "a file, not a folder"


def test_a_cache_is_for_its_user_only(file: Path, cache: Path) -> None:
    read_project(file, cache)
    assert trees(cache)[0].stat().st_mode & 0o077 == 0


def test_readers_that_race_all_read_the_same(file: Path, cache: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", READ, str(file), str(cache)], stdout=subprocess.PIPE) for _ in range(4)
    ]
    assert [json.loads(each.communicate()[0])[0] for each in started] == ["shop"] * 4
    assert [each.suffix for each in trees(cache)] == [".tree"]


def test_a_path_may_be_relative(file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert read_project(Path("milepost.hcl"), cache).file == file
