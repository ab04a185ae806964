"""What is asked of `pack`, and what becomes of its answers, with programs that run nothing."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path

import pytest

from milepost.sdk import Command, OperationError
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.secret import Part, Secret
from milepost.testing.bench import Bench
from milepost.testing.runner import RecordingRunner
from milepost.testing.step import FakeStep
from milepost_buildpacks.builder import BuildpacksBuilder
from milepost_buildpacks.config import BuildpacksConfig

from .fakes import ACCESS, HOST, fake_programs, missing, option

KEY = Secret([Part("k3y-of-the-build", "var.key")])


@pytest.fixture
def runner() -> RecordingRunner:
    return fake_programs()


@pytest.fixture
def bench(runner: RecordingRunner, tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "bench", runner=runner)
    (made.source / "index.html").write_text("hello")
    return made


def asked(config: BuildpacksConfig, step: FakeStep) -> Command:
    """Return the command by which `pack` was asked to build."""
    BuildpacksBuilder(config).build(step)
    return next(each for each in step.commands if each.argv[:2] == ("pack", "build"))


def test_a_build_without_a_registry_has_a_name_that_only_it_has_and_stays_on_the_engine(bench: Bench) -> None:
    first, second = (BuildpacksBuilder(BuildpacksConfig()).build(bench.step("build")) for _ in range(2))
    assert first.reference.startswith("milepost/shop/web:")
    assert first.reference != second.reference
    assert first.provisional
    assert (first.details["location"], first.details["engine"]) == ("engine", HOST)


def test_a_build_with_a_registry_is_put_there_and_known_by_digest(bench: Bench) -> None:
    step = bench.step("build", registry=ACCESS)
    built = BuildpacksBuilder(BuildpacksConfig()).build(step)
    assert built.reference == f"registry.test/shop/web@{built.digest}"
    assert not built.provisional
    assert built.details["location"] == "registry"
    assert built.details["tag"] == step.facts.operation.lower()


@pytest.mark.parametrize("access", [None, ACCESS])
def test_the_artifact_says_what_it_is_made_of(bench: Bench, access: RegistryAccess | None) -> None:
    step = bench.step("build", registry=access)
    details = BuildpacksBuilder(BuildpacksConfig(builder="fake/builder")).build(step).details
    assert details["buildpacks"] == [{"id": "fake/pages", "version": "1.0"}]
    assert details["sources"] == ["fake/pages@1.0"]
    assert details["processes"] == [{"type": "web", "command": ["/bin/httpd", "-f"], "default": True}]
    assert details["run_image"] == "fake/run:1"
    assert details["builder"] == "fake/builder"
    assert details["platforms"] == ["linux/amd64"]
    assert details["architecture"] == "amd64"
    assert (details.get("size"), details.get("labels")) == ((None, None) if access else (1000, {"team": "shop"}))
    assert details["build_labels"]["common/command-type"] == "web"


def test_the_password_of_the_registry_is_in_a_file_for_the_user_alone(bench: Bench) -> None:
    step = bench.step("build", registry=ACCESS)
    command = asked(BuildpacksConfig(), step)
    config = Path(str(command.env["DOCKER_CONFIG"])) / "config.json"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert json.loads(config.read_text())["auths"]["registry.test"]["auth"]
    assert "pa55-of-the-robot" not in step.everything()


def test_the_engine_of_another_socket_is_shown_to_the_build(bench: Bench) -> None:
    assert option(asked(BuildpacksConfig(), bench.step("build")), "docker-host") == HOST
    assert option(asked(BuildpacksConfig(docker_host="inherit"), bench.step("build")), "docker-host") == "inherit"


def test_pack_speaks_the_version_of_the_api_that_the_engine_knows(bench: Bench) -> None:
    assert asked(BuildpacksConfig(), bench.step("build")).env["DOCKER_API_VERSION"] == "1.56"


@pytest.mark.parametrize(
    ("server", "network"),
    [("127.0.0.1:5000", "host"), ("localhost:5000", "host"), ("[::1]:5000", "host"), ("registry.test", "")],
)
def test_a_registry_of_this_machine_is_reached_by_its_network(bench: Bench, server: str, network: str) -> None:
    access = RegistryAccess(reference=f"{server}/web", server=server)
    assert option(asked(BuildpacksConfig(), bench.step("build", registry=access)), "network") == network


def test_variables_are_in_no_argument_and_secrets_in_no_record(bench: Bench) -> None:
    step = bench.step("build")
    values: dict[str, str | Secret] = {"GREETING": "hello", "KEY": KEY, "PEM": "one\ntwo", "WIDE": " blanks "}
    command = asked(BuildpacksConfig(static_environment={"GREETING": "bye"}, env=values), step)
    file = Path(option(command, "env-file"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().splitlines() == ["GREETING=hello", "KEY=k3y-of-the-build"]
    assert {"--env=PEM", "--env=WIDE"} <= set(command.argv)
    assert (command.env["PEM"], command.env["WIDE"]) == ("one\ntwo", " blanks ")
    assert "k3y-of-the-build" not in step.everything()


def test_each_parameter_reaches_pack(bench: Bench) -> None:
    config = BuildpacksConfig(
        builder="b/b",
        process_type="worker",
        run_image="r/r",
        platform="linux/arm64",
        pull_policy="never",
        network="n",
        trust_builder=True,
        trust_extra_buildpacks=True,
        lifecycle_image="l/l",
        creation_time="now",
        workspace="/app",
        uid=1,
        gid=2,
        clear_cache=True,
        verbose=True,
        buildpack_registry="reg",
        volumes=["v:/v:rw"],
        buildpacks=["one@1", "./index.html"],
        pre_buildpacks=["pre"],
        post_buildpacks=["post"],
        extensions=["ext"],
        insecure_registries=["10.0.0.1:5000"],
        tags=["latest", "other/name:1"],
        cache="bind:cache",
        launch_cache="volume:mine",
    )
    expected = {
        *("--builder=b/b", "--default-process=worker", "--run-image=r/r", "--platform=linux/arm64"),
        *("--pull-policy=never", "--network=n", "--trust-builder", "--trust-extra-buildpacks", "--lifecycle-image=l/l"),
        *("--creation-time=now", "--workspace=/app", "--uid=1", "--gid=2", "--clear-cache", "--verbose"),
        *("--buildpack-registry=reg", "--volume=v:/v:rw", "--buildpack=one@1", "--pre-buildpack=pre"),
        *(f"--buildpack={bench.source}/index.html", "--post-buildpack=post", "--extension=ext"),
        *("--insecure-registry=10.0.0.1:5000", "--tag=milepost/shop/web:latest", "--tag=other/name:1"),
        f"--cache=type=build;format=bind;source={bench.source}/cache",
        "--cache=type=launch;format=volume;name=mine",
    }
    assert expected - set(asked(config, bench.step("build")).argv) == set()


def test_the_cache_is_the_same_for_each_build_of_the_app(bench: Bench) -> None:
    first, second = (asked(BuildpacksConfig(), bench.step("build")) for _ in range(2))
    caches = [{each for each in command.argv if each.startswith("--cache=")} for command in (first, second)]
    assert (
        caches[0]
        == caches[1]
        == {
            "--cache=type=build;format=volume;name=milepost-shop.web.default.build",
            "--cache=type=launch;format=volume;name=milepost-shop.web.default.launch",
        }
    )


def test_what_a_killed_build_has_left_is_removed_by_the_next_one(bench: Bench, runner: RecordingRunner) -> None:
    runner.answer("docker", "ps", stdout=b"c0ffee\n")
    step = bench.step("build")
    BuildpacksBuilder(BuildpacksConfig()).build(step)
    removals = [each.argv for each in step.commands if each.argv[1] == "rm"]
    assert removals == [("docker", "rm", "--force", "c0ffee")]


def test_a_second_build_takes_over_layers_and_says_that_nothing_has_changed(bench: Bench) -> None:
    first = BuildpacksBuilder(BuildpacksConfig()).build(bench.step("build"))
    step = bench.step("build")
    assert option(asked(BuildpacksConfig(), step), "previous-image") == first.reference
    assert step.noted("say") == [f"the same image as that of the last build: {first.digest}"]


def test_an_image_of_elsewhere_is_no_previous_one(bench: Bench) -> None:
    BuildpacksBuilder(BuildpacksConfig()).build(bench.step("build"))
    assert option(asked(BuildpacksConfig(), bench.step("build", registry=ACCESS)), "previous-image") == ""


def test_without_a_builder_it_is_the_one_that_pack_was_told(bench: Bench) -> None:
    step = bench.step("build")
    assert option(asked(BuildpacksConfig(), step), "builder") == "heroku/builder:24"
    chosen = step.facts.home / ".pack" / "config.toml"
    chosen.parent.mkdir()
    chosen.write_text('default-builder-image = "my/builder"\n')
    assert option(asked(BuildpacksConfig(), bench.step("build")), "builder") == "my/builder"


def test_ignored_files_are_excluded_by_a_descriptor_beside_the_apps_own(bench: Bench) -> None:
    (bench.source / "project.toml").write_text('[_]\nschema-version = "0.2"\n[io.buildpacks]\nexclude = ["a"]\n')
    command = asked(BuildpacksConfig(ignore=["*.log"]), bench.step("build", own=(bench.source / ".milepost",)))
    descriptor = tomllib.loads(Path(option(command, "descriptor")).read_text())
    assert descriptor["io"]["buildpacks"]["exclude"] == ["a", "*.log", "/.milepost"]
    assert not Path(option(command, "descriptor")).is_relative_to(bench.source)


def test_a_missing_pack_says_how_to_get_it(bench: Bench, runner: RecordingRunner) -> None:
    runner.act("pack", "build", by=missing)
    with pytest.raises(OperationError, match="the program `pack`, which is not installed") as caught:
        BuildpacksBuilder(BuildpacksConfig()).build(bench.step("build"))
    assert "https://buildpacks.io" in caught.value.hint


def test_a_missing_engine_is_said_before_pack_is_asked(bench: Bench, runner: RecordingRunner) -> None:
    runner.answer("docker", "version", status=1, stdout=b"null\n", stderr=b"Cannot connect to the Docker daemon")
    step = bench.step("build")
    with pytest.raises(OperationError, match="Cannot connect to the Docker daemon") as caught:
        BuildpacksBuilder(BuildpacksConfig()).build(step)
    assert caught.value.hint == "docker info"
    assert not [each for each in step.commands if each.argv[0] == "pack"]


def test_it_builds_without_the_docker_command_line(bench: Bench, runner: RecordingRunner) -> None:
    runner.act("docker", by=missing)
    built = BuildpacksBuilder(BuildpacksConfig(platform="linux/arm64")).build(bench.step("build"))
    assert built.details["platforms"] == ["linux/arm64"]


def test_a_build_that_fails_shows_what_pack_said_and_an_old_engine_is_named(
    bench: Bench, runner: RecordingRunner
) -> None:
    runner.answer("docker", "version", stdout=b'{"ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}')
    with pytest.raises(OperationError, match="the image of web was not built: ERROR: no buildpack fits") as caught:
        BuildpacksBuilder(BuildpacksConfig(builder="broken")).build(bench.step("build"))
    assert "API 1.41" in caught.value.hint


def test_publishing_wants_a_registry(bench: Bench) -> None:
    with pytest.raises(OperationError, match="no registry into which a builder may push"):
        BuildpacksBuilder(BuildpacksConfig(publish=True)).build(bench.step("build"))


def test_publishing_can_be_left_to_the_registry(bench: Bench) -> None:
    built = BuildpacksBuilder(BuildpacksConfig(publish=False)).build(bench.step("build", registry=ACCESS))
    assert (built.details["location"], built.provisional) == ("engine", True)


def test_a_platform_that_runs_several_architectures_must_be_answered_for_one(bench: Bench) -> None:
    with pytest.raises(OperationError, match="builds for one at a time") as caught:
        BuildpacksBuilder(BuildpacksConfig()).build(bench.step("build", targets=("linux/arm64", "linux/amd64")))
    assert caught.value.hint == 'platform = "linux/arm64"'


def test_an_image_whose_parts_cannot_be_read_is_built_all_the_same(bench: Bench, runner: RecordingRunner) -> None:
    runner.answer("pack", "inspect", status=1, stderr=b"no access")
    step = bench.step("build", registry=ACCESS)
    built = BuildpacksBuilder(BuildpacksConfig()).build(step)
    assert "buildpacks" not in built.details
    assert "no access" in step.noted("say")[0]
