"""The builder and the registry `files`."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.sdk import Artifact, ArtifactGoneError, CommandFailedError, OperationError
from milepost.testing.bench import Bench
from milepost.testing.project import write_files
from milepost_local.config import FilesConfig, FilesRegistryConfig, LocalConfig
from milepost_local.files import FilesBuilder, FilesRegistry
from milepost_local.hashes import Hashes
from milepost_local.ignore import Filter
from milepost_local.platform import LocalPlatform
from milepost_local.tree import read
from milepost_local.walk import app_files

Build = Callable[..., Artifact]


def test_the_artifact_tells_how_much_it_holds(bench: Bench, build: Build) -> None:
    write_files(bench.source, {"x/y.txt": "12345"})
    artifact = build(exclude=["server.py"])
    assert artifact.details == {"files": 1, "bytes": 5}
    assert Path(artifact.reference, "x/y.txt").read_text() == "12345"


def test_kept_files_cannot_be_written_and_keep_the_right_to_execute(bench: Bench, build: Build) -> None:
    write_files(bench.source, {"run.sh": "#!/bin/sh\n"})
    (bench.source / "run.sh").chmod(0o775)
    kept = Path(build().reference)
    assert stat.S_IMODE((kept / "run.sh").stat().st_mode) == 0o555
    assert stat.S_IMODE((kept / "server.py").stat().st_mode) == 0o444


def test_the_same_content_lies_on_the_disk_once(bench: Bench, build: Build) -> None:
    write_files(bench.source, {"big": "x" * 1000})
    one = build()
    write_files(bench.source, {"other": "y"})
    two = build()
    assert one.digest != two.digest
    assert os.path.samefile(Path(one.reference, "big"), Path(two.reference, "big"))


def test_the_umask_plays_no_part(bench: Bench, build: Build) -> None:
    one = build()
    before = os.umask(0o077)
    try:
        (bench.source / "server.py").unlink()
        assert build().digest == one.digest
    finally:
        os.umask(before)


def test_the_build_command_runs_in_the_apps_folder_and_output_is_taken(bench: Bench, build: Build) -> None:
    write_files(bench.source, {".gitignore": "dist/\n"})
    artifact = build(command=["sh", "-c", "mkdir -p dist && echo made > dist/app.js"], output="dist")
    assert artifact.details["files"] == 1
    assert Path(artifact.reference, "app.js").read_text() == "made\n"


def test_a_build_command_that_fails_is_told(build: Build) -> None:
    with pytest.raises(CommandFailedError, match="ended with status 2: no compiler"):
        build(command=["sh", "-c", "echo no compiler >&2; exit 2"])


def test_an_output_that_was_not_made_is_told(build: Build) -> None:
    with pytest.raises(OperationError, match=r"there is no folder .*dist; true did not make it"):
        build(command=["true"], output="dist")


@pytest.mark.parametrize("output", ["/etc", "../x", "a/../../b"])
def test_an_output_outside_the_apps_folder_is_refused(output: str) -> None:
    with pytest.raises(ValueError, match="must be a folder below the app's folder"):
        FilesConfig(output=output)


def test_an_empty_tree_is_an_error_that_says_so(build: Build) -> None:
    with pytest.raises(OperationError, match="there is no file to take"):
        build(exclude=["*"])


def test_a_file_that_cannot_be_read_is_named(bench: Bench, build: Build) -> None:
    build()
    found = list(app_files(bench.source, Filter((), ())))
    (bench.source / "server.py").unlink()
    with pytest.raises(OperationError, match=r"reading a file failed: .*server\.py No such file"):
        read(found[0])


def test_unchanged_files_are_not_read_again(bench: Bench, build: Build) -> None:
    build()
    long_ago = time.time() - 100
    os.utime(bench.source / "server.py", (long_ago, long_ago))
    found = list(app_files(bench.source, Filter((), ())))
    # Its time of change is the system's own and cannot be set back: here it is, as if it were long ago.
    then = os.stat_result((*found[0].stat[:9], long_ago), {**_times(found[0].stat), "st_ctime_ns": int(long_ago * 1e9)})
    old = [found[0]._replace(stat=then)]
    first = Hashes(bench.data / "hashes", bench.source).read_all(old)
    (bench.source / "server.py").write_text("not what it was")
    assert Hashes(bench.data / "hashes", bench.source).read_all(old)[0].content == first[0].content


def _times(status: os.stat_result) -> dict[str, int]:
    return {"st_mtime_ns": status.st_mtime_ns, "st_atime_ns": status.st_atime_ns}


def test_a_file_that_changed_just_now_is_read_again_though_it_looks_the_same(bench: Bench, build: Build) -> None:
    one = build()
    path = bench.source / "server.py"
    before = path.stat()
    path.write_text("x" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = app_files(bench.source, Filter((), ()))
    entries = Hashes(bench.data / "hashes", bench.source).read_all(found)
    assert entries[0].content not in one.digest
    assert entries[0].content == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: ((kept / "server.py").chmod(0o644), (kept / "server.py").write_text("evil")),
        lambda kept: (kept / "more").touch(),
        lambda kept: (kept / "server.py").unlink(),
        lambda kept: (kept / "server.py").chmod(0o755),
    ],
    ids=["content", "a file more", "a file less", "a mode"],
)
def test_a_kept_tree_that_changed_is_not_deployed_and_is_built_again(
    bench: Bench, build: Build, damage: Callable[[Path], object]
) -> None:
    artifact = build()
    damage(Path(artifact.reference))
    assert not FilesBuilder(FilesConfig()).exists(artifact, bench.step("status"))
    with pytest.raises(ArtifactGoneError) as raised:
        LocalPlatform(LocalConfig()).deploy(artifact, bench.step("deploy"))
    assert raised.value.hint == "milepost up builds it again"
    again = build()
    assert again == artifact
    assert FilesBuilder(FilesConfig()).exists(again, bench.step("status"))


def test_a_tree_that_another_project_needs_outlives_its_deletion_here(bench: Bench, build: Build) -> None:
    artifact = build()
    builder = FilesBuilder(FilesConfig())
    builder.build(bench.step("build", project="other"))
    builder.delete(artifact, bench.step("destroy"))
    assert builder.exists(artifact, bench.step("status"))
    builder.delete(artifact, bench.step("destroy", project="other"))
    assert not builder.exists(artifact, bench.step("status"))
    assert not list((bench.data / "blobs").glob("*/*"))


def test_a_registry_path_is_relative_to_the_app_or_the_home(bench: Bench, build: Build) -> None:
    artifact = build()
    beside = FilesRegistry(FilesRegistryConfig(path="../kept")).push(artifact, bench.step("push"))
    home = FilesRegistry(FilesRegistryConfig(path="~/kept")).push(artifact, bench.step("push"))
    digest = artifact.digest.removeprefix("sha256:")
    assert Path(beside.reference).resolve() == bench.folder.resolve() / "kept" / digest
    assert Path(home.reference) == bench.folder / "home/kept" / digest


def test_a_folder_that_cannot_be_made_is_told_with_its_path(bench: Bench, build: Build) -> None:
    artifact = build()
    (bench.source / "taken").touch()
    with pytest.raises(OperationError, match=r"keeping a file tree failed: .*taken"):
        FilesRegistry(FilesRegistryConfig(path="taken/here")).push(artifact, bench.step("push"))


def test_a_half_written_tree_of_a_killed_build_is_swept_when_it_is_old(bench: Bench, build: Build) -> None:
    build()
    left = bench.data / "trees" / ".new-left"
    left.mkdir()
    os.utime(left, (1, 1))
    write_files(bench.source, {"new": "1"})
    build()
    assert not left.exists()


def test_a_change_of_the_project_file_is_no_change_of_the_artifact(bench: Bench, build: Build) -> None:
    before = build()
    write_files(bench.source, {"milepost.hcl": 'project = "shop"', "prod.mpvars": 'port = "80"'})
    assert build().digest == before.digest


def test_what_milepost_keeps_inside_the_app_is_no_part_of_it(bench: Bench, build: Build) -> None:
    before = build()
    write_files(bench.source, {"state/history.sqlite": "runs"})
    step = bench.step("build", own=(bench.source / "state",))
    assert FilesBuilder(FilesConfig()).build(step).digest == before.digest
