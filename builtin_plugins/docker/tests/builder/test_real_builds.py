"""Builds on real engines: what a failure says, what a cancel leaves, where secrets are not, what is pushed."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.sdk import Credential, MilepostError, OperationError
from milepost.sdk.errors import CancelledError
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost_docker.builder.builder import DockerBuilder
from milepost_docker.builder.config import DockerBuildConfig, SecretFrom
from tests.engines.docker import Engine

Configured = Callable[..., DockerBuildConfig]
VALUE = "c4nary-in-the-m1ne"
PATIENCE = 30.0
both = pytest.mark.parametrize("buildkit", [True, False], ids=["buildkit", "classic"])


def secret(text: str) -> Credential:
    """Return a credential as the project file gives it."""
    return Credential([Part(text)])


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds. Raises AssertionError when it never does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def processes(word: str) -> list[str]:
    """Return the command lines of this machine that have a word in them."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(place.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return [each for each in found if word in each]


@both
def test_a_failing_build_says_which_step_failed_and_what_it_printed(
    workshop: Bench, configured: Configured, base: str, *, buildkit: bool
) -> None:
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nRUN echo fine\nRUN echo now it breaks; exit 7\n")
    step = workshop.step("build")
    with pytest.raises(OperationError) as caught:
        DockerBuilder(configured(buildkit=buildkit)).build(step)
    text = str(caught.value)
    assert "the image of web was not built" in text
    assert "RUN echo now it breaks; exit 7" in text
    assert "\n" in text[text.index("now it breaks; exit 7") :]
    assert "7" in text.splitlines()[-1]
    assert any(line.endswith("now it breaks") for line in step.noted("output"))


@both
def test_a_base_image_that_is_not_there_is_named(workshop: Bench, configured: Configured, *, buildkit: bool) -> None:
    (workshop.source / "Dockerfile").write_text("FROM 127.0.0.1:1/nothing:here\n")
    with pytest.raises(OperationError, match=re.escape("127.0.0.1:1/nothing")):
        DockerBuilder(configured(buildkit=buildkit)).build(workshop.step("build"))


@both
def test_a_mistake_in_a_dockerfile_is_told_with_its_line(
    workshop: Bench, configured: Configured, base: str, *, buildkit: bool
) -> None:
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nRUM true\n")
    with pytest.raises(OperationError, match=r"(?s)the image of web was not built.*line 2.*RUM"):
        DockerBuilder(configured(buildkit=buildkit)).build(workshop.step("build"))


@both
def test_a_cancel_in_the_middle_of_a_step_leaves_nothing_running(
    workshop: Bench, configured: Configured, base: str, engine: Engine, mark: str, *, buildkit: bool
) -> None:
    seconds = f"3{int(mark[:6], 16)}"
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nRUN sleep {seconds}\n")
    step = workshop.step("build")
    caught: list[MilepostError] = []

    def build() -> None:
        try:
            DockerBuilder(configured(buildkit=buildkit)).build(step)
        except MilepostError as error:
            caught.append(error)

    thread = threading.Thread(target=build)
    thread.start()
    until(lambda: bool(processes(f"sleep {seconds}")) or not thread.is_alive())
    step.cancel.ask("the test said so")
    thread.join(PATIENCE)
    assert [type(each) for each in caught] == [CancelledError]
    until(lambda: not processes(f"sleep {seconds}"))
    commands = ("container", "ls", "--all", "--no-trunc", "--format", "{{.Command}}")
    until(lambda: f"sleep {seconds}" not in engine.docker(*commands))


def test_a_secret_is_in_no_argument_no_output_no_layer_and_no_record(
    workshop: Bench, configured: Configured, base: str, engine: Engine
) -> None:
    uses = "--mount=type=secret,id=given --mount=type=secret,id=variable --mount=type=secret,id=file"
    reads = "for each in given variable file; do grep -q c4nary /run/secrets/$each && echo saw $each; done; sleep 0.4"
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nRUN {uses} {reads}\n")
    workshop.folder.joinpath("token").write_text(f"{VALUE}-file\n")
    given = {
        "given": secret(f"{VALUE}-given"),
        "variable": SecretFrom(env="TOKEN"),
        "file": SecretFrom(file=str(workshop.folder / "token")),
    }
    step = workshop.step("build", environment={"TOKEN": f"{VALUE}-variable"})
    config = configured(secrets=given, no_cache=True)
    seen: list[str] = []
    over = threading.Event()

    def spy() -> None:
        while not over.is_set():
            seen.extend(processes(VALUE))
            over.wait(0.02)

    thread = threading.Thread(target=spy)
    thread.start()
    artifact = DockerBuilder(config).build(step)
    over.set()
    thread.join()
    for name in given:
        assert any(line.endswith(f"saw {name}") for line in step.noted("output"))
    assert seen == []
    assert VALUE not in step.everything()
    assert VALUE not in repr(artifact)
    assert VALUE not in engine.docker("history", "--no-trunc", artifact.digest)
    assert {f"{VALUE}-given", f"{VALUE}-variable", f"{VALUE}-file\n"} <= set(step.noted("mask"))


@both
def test_a_dockerfile_outside_the_context_and_the_app_is_left_where_it_is(
    workshop: Bench, configured: Configured, base: str, engine: Engine, *, buildkit: bool
) -> None:
    elsewhere = workshop.folder / "elsewhere"
    elsewhere.mkdir(parents=True)
    (elsewhere / "Dockerfile.web").write_text(f"FROM {base}\nCOPY . /www\n")
    (elsewhere / "Dockerfile.web.dockerignore").write_text("no*\n")
    site = workshop.source / "site"
    site.mkdir()
    for name in ("yes", "no"):
        (site / name).write_text(name)
    config = configured(dockerfile="../elsewhere/Dockerfile.web", context="site", buildkit=buildkit)
    artifact = DockerBuilder(config).build(workshop.step("build"))
    assert engine.docker("run", "--rm", artifact.digest, "ls", "-A", "/www") == "yes"
    assert sorted(each.name for each in workshop.source.rglob("*")) == ["no", "site", "yes"]


@both
def test_a_dockerfile_may_be_a_link_to_one_elsewhere(
    workshop: Bench, configured: Configured, base: str, engine: Engine, *, buildkit: bool
) -> None:
    shared = workshop.source.parent / "Dockerfile.shared"
    shared.write_text(f"FROM {base}\nCOPY yes /www/\n")
    (workshop.source / "Dockerfile").symlink_to(shared)
    (workshop.source / "yes").write_text("")
    artifact = DockerBuilder(configured(buildkit=buildkit)).build(workshop.step("build"))
    assert engine.docker("run", "--rm", artifact.digest, "ls", "/www") == "yes"


@both
def test_nothing_of_milepost_itself_is_in_an_image(
    workshop: Bench, configured: Configured, base: str, engine: Engine, *, buildkit: bool
) -> None:
    (workshop.source / "Dockerfile").write_text(f"FROM {base}\nCOPY . /www\n")
    own = workshop.source / "history"
    own.mkdir()
    (own / "runs").write_text("1")
    artifact = DockerBuilder(configured(buildkit=buildkit)).build(workshop.step("build", own=(own,)))
    assert engine.docker("run", "--rm", artifact.digest, "ls", "-A", "/www") == "Dockerfile"


@both
def test_two_builds_at_once_are_in_nobodys_way(
    workshop: Bench, configured: Configured, base: str, engine: Engine, *, buildkit: bool
) -> None:
    config, made = configured(buildkit=buildkit, build_args={"FOR": "x"}), {}
    for name in ("one", "two"):
        folder = workshop.folder / name
        folder.mkdir(parents=True)
        (folder / "Dockerfile").write_text(f"FROM {base}\nARG FOR\nRUN sleep 0.3; echo {name}$FOR > /which\n")

    def build(name: str) -> None:
        step = workshop.step("build", source=workshop.folder / name)
        made[name] = DockerBuilder(config).build(step)

    threads = [threading.Thread(target=build, args=(name,)) for name in ("one", "two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert made["one"].reference != made["two"].reference
    for name, artifact in made.items():
        assert engine.docker("run", "--rm", artifact.reference, "cat", "/which") == f"{name}x"
