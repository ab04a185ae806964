"""What of a folder is sent to an engine: as the real thing does it, and in a stream that says what goes wrong."""

from __future__ import annotations

import gzip
import io
import os
import socket
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import OperationError
from milepost.sdk.errors import CancelledError
from milepost.testing.bench import Bench
from milepost.testing.project import write_files
from milepost_docker.builder.builder import DockerBuilder
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.builder.context import PIECE, compressed, entries, packed
from milepost_docker.builder.ignore import read_ignore
from milepost_docker.builder.recipe import IGNORE, Recipe, recipe
from tests.engines.docker import Engine

TREE = {
    name: f"{name}\n"
    for name in (
        "Dockerfile",
        "README.md",
        "README-secret.md",
        "notes.txt",
        "a/one.txt",
        "a/two.md",
        "a/b/one.txt",
        "a/b/keep.txt",
        "node_modules/x/index.js",
        "node_modules/keep.txt",
        "temp/x",
        "c/temp/x",
        "c/tempest",
        "foo/bar/baz",
        "xfoo/y",
        "docs/.hidden",
        "docs/Dockerfile",
    )
}
IGNORES = [
    "",
    "*.md\n!README*.md\nREADME-secret.md\n",
    "**/*.md\n# comment\n\n",
    "/temp/\n",
    "*/temp*\n",
    "*\n!a/b\n",
    "*\n!**/keep.txt\n",
    "**\n!docs\n",
    "node_modules\n!node_modules/keep.txt\n",
    "a\n!a/b/keep.txt\na/b\n",
    "**foo\n",
    "**/foo/**\n",
    "./a/../c\n",
    "Dockerfile\n.dockerignore\n",
    "a/**/one.txt\n!a/b/one.txt\n",
    "[ab]*\n",
    "?emp\n",
    " foo \n! foo/bar\n",
]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a bench that needs no engine."""
    return Bench(tmp_path / "bench")


def written(bench: Bench, files: Mapping[str, str], **config: Any) -> Recipe:
    """Write the app's files and return what its build is made of."""
    write_files(bench.source, {"Dockerfile": "FROM scratch\n", **files})
    return recipe(DockerBuildConfig(**config), bench.step("build"))


def sent(made: Recipe, bench: Bench) -> dict[str, tarfile.TarInfo]:
    """Return what is sent of it, by path, as a tar's reader finds it."""
    data = b"".join(packed(made, bench.step("build")))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {each.name: each for each in tar}


@pytest.mark.parametrize("text", IGNORES)
def test_an_ignore_file_leaves_out_what_buildkit_leaves_out(text: str, docker_engine: Engine, bench: Bench) -> None:
    made = written(bench, {**TREE, IGNORE: text, "Dockerfile": "FROM scratch\nCOPY . /\n"})
    ignore = read_ignore(text, IGNORE)
    # The engine takes out these two itself, by the same rules.
    ours = {
        each.path
        for each in entries(made, bench.step("build"))
        if each.path not in ("Dockerfile", IGNORE) or not ignore.is_left_out(each.path)
    }
    argv = ("docker", "buildx", "build", "--quiet", "--output=type=tar,dest=-", str(bench.source))
    done = subprocess.run(argv, env=dict(docker_engine.environment), check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        theirs = {each.name.rstrip("/") for each in tar} - {"."}
    assert ours == theirs


@pytest.mark.parametrize("text", ["*.md\nDockerfile\n", "a/b\n.dockerignore\n"])
def test_the_classic_builder_gets_what_the_docker_command_sends(
    text: str,
    docker_engine: Engine,
    configured: Callable[..., DockerBuildConfig],
    workshop: Bench,
    mark: str,
    base: str,
) -> None:
    lines = f"FROM {base}\nCOPY . /context\nLABEL a=b\n"
    write_files(workshop.source, {**TREE, IGNORE: text, "Dockerfile": lines})
    (workshop.source / "link").symlink_to("a/one.txt")
    (workshop.source / "a" / "one.txt").chmod(0o751)
    artifact = DockerBuilder(configured(buildkit=False)).build(workshop.step("build"))
    labels = ("--label", f"test.milepost.builder={mark}", "--label=milepost/app=web", "--label=milepost/project=shop")
    environment = {**docker_engine.environment, "DOCKER_BUILDKIT": "0"}
    argv = ("docker", "build", "--quiet", *labels, str(workshop.source))
    done = subprocess.run(argv, env=environment, check=True, capture_output=True, text=True)
    # The same files, modes and links: the engine takes all of it from what it has.
    assert done.stdout.strip() == artifact.digest


@pytest.fixture
def engine(docker_engine: Engine) -> Engine:
    """Return the engine of this file's tests: what is sent does not depend on it."""
    return docker_engine


def test_everything_is_roots_and_modes_times_and_links_stay(bench: Bench) -> None:
    made = written(bench, {"bin/run": "x"})
    run = bench.source / "bin" / "run"
    run.chmod(0o755)
    os.utime(run, (1_000_000_000, 1_000_000_000))
    (bench.source / "link").symlink_to("bin/run")
    (bench.source / "nowhere").symlink_to("/none")
    found = sent(made, bench)
    assert list(found) == ["Dockerfile", "bin", "bin/run", "link", "nowhere"]
    assert {(each.uid, each.gid, each.uname) for each in found.values()} == {(0, 0, "")}
    assert (found["bin/run"].mode, found["bin/run"].mtime) == (0o755, 1_000_000_000)
    assert (found["link"].linkname, found["nowhere"].linkname) == ("bin/run", "/none")


def test_names_of_any_length_and_letters_arrive(bench: Bench) -> None:
    made = written(bench, {})
    names = [f"{'long' * 40}.txt", "ümläut", os.fsdecode(b"\xff\xfe")]
    for name in names:
        (bench.source / name).write_text(name.encode(errors="surrogateescape").hex())
    assert set(names) <= set(sent(made, bench))


def test_a_socket_is_told_of_and_not_sent(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = written(bench, {})
    # A socket's whole path has a limit of its own.
    monkeypatch.chdir(bench.source)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
    step = bench.step("build")
    assert b"".join(packed(made, step))
    assert step.noted("say") == ["s is no file but a socket: it is not sent"]
    assert "s" not in sent(made, bench)


def test_a_file_that_cannot_be_read_is_named(bench: Bench, tmp_path: Path) -> None:
    made = written(bench, {"private": "x"})
    pieces = packed(made, bench.step("build"))
    next(pieces)
    next(pieces)
    (bench.source / "private").unlink()
    with pytest.raises(OperationError, match=r"private cannot be sent to the engine: No such file") as caught:
        b"".join(pieces)
    assert ".dockerignore" in caught.value.hint


@pytest.mark.parametrize(("size", "how"), [(PIECE + 1, "smaller"), (3 * PIECE, "larger")])
def test_a_file_that_changes_its_size_meanwhile_is_named(bench: Bench, size: int, how: str) -> None:
    made = written(bench, {}, dockerfile="Dockerfile")
    log = bench.source / "log"
    log.write_bytes(bytes(2 * PIECE))
    pieces = packed(made, bench.step("build"))
    # The Dockerfile and its header, the header of the log, its first piece.
    for _ in range(4):
        next(pieces)
    with open(log, "r+b") as file:
        file.truncate(size)
    with pytest.raises(OperationError, match=rf"log became {how} while it was sent"):
        b"".join(pieces)


def test_a_cancel_ends_the_stream_in_the_middle_of_a_file(bench: Bench) -> None:
    made = written(bench, {})
    (bench.source / "large").write_bytes(bytes(4 * PIECE))
    step = bench.step("build")
    pieces = packed(made, step)
    for _ in range(4):
        next(pieces)
    step.cancel.ask("the test said so")
    with pytest.raises(CancelledError):
        next(pieces)


def test_no_piece_is_larger_than_a_megabyte_however_large_the_file(bench: Bench) -> None:
    made = written(bench, {})
    with open(bench.source / "sparse", "wb") as file:
        file.truncate(64 * PIECE)
    sizes = [len(each) for each in packed(made, bench.step("build"))]
    assert sum(sizes) > 64 * PIECE
    assert max(sizes) <= PIECE


def test_what_is_compressed_is_the_same(bench: Bench) -> None:
    made = written(bench, {"a": "x" * 10_000})
    plain = b"".join(packed(made, bench.step("build")))
    packed_small = b"".join(compressed(packed(made, bench.step("build"))))
    assert gzip.decompress(packed_small) == plain
    assert len(packed_small) < len(plain) / 5


def test_a_dockerfiles_own_ignore_file_wins(bench: Bench) -> None:
    files = {"web.Dockerfile": "FROM scratch\n", "web.Dockerfile.dockerignore": "x\n", IGNORE: "y\n", "x": "", "y": ""}
    made = written(bench, files, dockerfile="web.Dockerfile")
    found = sent(made, bench)
    assert "y" in found
    assert "x" not in found


def test_a_dockerfile_that_is_missing_is_told_with_those_that_are_there(bench: Bench) -> None:
    (bench.source / "web.Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(OperationError, match=r"there is no Dockerfile at .*/Dockerfile; there is web\.Dockerfile") as e:
        recipe(DockerBuildConfig(), bench.step("build"))
    assert e.value.hint == 'dockerfile = "web.Dockerfile"'


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"context": "none"}, "/none does not exist"),
        ({"context": "Dockerfile"}, "/Dockerfile is no folder"),
        ({"dockerfile": "folder"}, "/folder is no file"),
    ],
)
def test_what_is_no_context_and_no_dockerfile_is_named(bench: Bench, config: dict[str, Any], words: str) -> None:
    write_files(bench.source, {"Dockerfile": "FROM scratch\n", "folder/x": ""})
    with pytest.raises(OperationError) as caught:
        recipe(DockerBuildConfig(**config), bench.step("build"))
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_dockerfile_that_is_a_link_is_sent_as_what_it_leads_to(bench: Bench, tmp_path: Path) -> None:
    elsewhere = tmp_path / "Dockerfile.shared"
    elsewhere.write_text("FROM scratch\n")
    write_files(bench.source, {"docker/web": "FROM scratch\n"})
    (bench.source / "Dockerfile").symlink_to("docker/web")
    assert recipe(DockerBuildConfig(), bench.step("build")).inside == "docker/web"
    (bench.source / "Dockerfile").unlink()
    (bench.source / "Dockerfile").symlink_to(elsewhere)
    made = recipe(DockerBuildConfig(), bench.step("build"))
    assert made.inside is None
    assert ".milepost.Dockerfile" in sent(made, bench)
