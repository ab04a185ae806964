"""The command line of buildx, where buildx is looked for, and what needs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Command, Credential, MilepostError, OperationError
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.capabilities import LimitsArtifacts
from milepost.sdk.secret import Part, Secret
from milepost.testing.bench import Bench
from milepost.testing.runner import RecordingRunner
from milepost_docker.builder.builder import DockerBuilder
from milepost_docker.builder.buildx import Tools, buildx, command, secret_argument
from milepost_docker.builder.config import DockerBuildConfig, SecretFrom
from milepost_docker.builder.order import Order, ordered
from milepost_docker.builder.recipe import recipe
from milepost_docker.engine.config import Auth, ClientConfig


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a bench whose programs are not run, with an app that has a Dockerfile."""
    made = Bench(tmp_path / "bench", runner=RecordingRunner())
    (made.source / "Dockerfile").write_text("FROM scratch\n")
    return made


def order(bench: Bench, access: RegistryAccess | None = None, targets: tuple[str, ...] = (), **fields: Any) -> Order:
    """Return what is asked of a builder with that config."""
    config, step = DockerBuildConfig(**fields), bench.step("build", targets=targets)
    return ordered(config, recipe(config, step), access, step)


def argv(made: Order, **tools: Any) -> tuple[str, ...]:
    """Return the arguments of buildx for it."""
    return commanded(made, **tools).argv


def commanded(made: Order, **tools: Any) -> Command:
    """Return the command of buildx for it."""
    metadata, dockerfile = Path("/scratch/built.json"), made.recipe.dockerfile
    return command(made, Tools(program="buildx", metadata=metadata, dockerfile=dockerfile, environment={}, **tools))


def test_without_any_word_it_is_loaded_into_the_engine_under_a_name_of_the_operation(bench: Bench) -> None:
    made = order(bench)
    assert argv(made) == (
        "buildx",
        "build",
        "--progress=plain",
        f"--file={bench.source / 'Dockerfile'}",
        "--metadata-file=/scratch/built.json",
        "--load",
        f"--tag=milepost/shop/web:{bench.steps[0].facts.operation.lower()}",
        "--label=milepost/app=web",
        "--label=milepost/project=shop",
        str(bench.source),
    )


def test_each_word_of_the_config_reaches_buildx(bench: Bench) -> None:
    made = order(
        bench,
        build_args={"A": "1"},
        target="last",
        platforms=["linux/amd64", "linux/arm/v7"],
        builder="many",
        no_cache=True,
        pull=True,
        cache_from=["type=registry,ref=r/c"],
        cache_to=["type=inline"],
        ssh=["default"],
        labels={"team": "x"},
        tags=["latest", "other.test/name:2"],
        network="none",
        add_hosts={"db": "10.0.0.5"},
        provenance="max",
        sbom=True,
        shm_size="128m",
        ulimits={"nofile": "1024:2048"},
    )
    words = set(argv(made, secrets=("id=a,env=B",)))
    assert {
        *("--build-arg=A=1", "--target=last", "--platform=linux/amd64,linux/arm/v7", "--builder=many", "--no-cache"),
        *("--pull", "--cache-from=type=registry,ref=r/c", "--cache-to=type=inline", "--ssh=default"),
        *("--label=team=x", "--tag=milepost/shop/web:latest", "--tag=other.test/name:2", "--network=none"),
        *("--add-host=db:10.0.0.5", "--provenance=mode=max", "--sbom=true", "--shm-size=128m"),
        *("--ulimit=nofile=1024:2048", "--secret=id=a,env=B"),
    } <= words


def test_nothing_that_differs_by_run_is_in_the_image(bench: Bench) -> None:
    labels = {"milepost/project": "shop", "milepost/app": "web", "milepost/run": "R1", "milepost/workspace": "w"}
    config, step = DockerBuildConfig(), bench.step("build", labels={**labels, "ticket": "7"})
    made = ordered(config, recipe(config, step), None, step)
    assert dict(made.labels) == {"milepost/project": "shop", "milepost/app": "web"}
    assert commanded(made).env["BUILDX_NO_DEFAULT_ATTESTATIONS"] == "1"


def test_a_registry_that_lets_us_in_is_pushed_to_as_it_is_built(bench: Bench) -> None:
    access = RegistryAccess(reference="registry.test:5000/shop:7", server="registry.test:5000")
    made = order(bench, access, tags=["latest"], targets=("linux/arm64",))
    assert "--output=type=image,push=true" in argv(made)
    assert {"--tag=registry.test:5000/shop:7", "--tag=registry.test:5000/shop:latest"} <= set(argv(made))
    assert "--platform=linux/arm64" in argv(made)


def test_a_registry_without_tls_is_told_of(bench: Bench) -> None:
    access = RegistryAccess(reference="registry.test:5000/shop:7", server="registry.test:5000", insecure=True)
    assert "--output=type=image,push=true,registry.insecure=true" in argv(order(bench, access))


def test_the_files_platforms_win_over_the_engines(bench: Bench) -> None:
    assert order(bench, targets=("linux/arm64",), platform="linux/amd64").platforms == ("linux/amd64",)


def test_a_secret_build_arg_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(ValueError, match=r"TOKEN is secret.*secrets = "):
        DockerBuildConfig(build_args={"TOKEN": Secret([Part("x", "var.token")])})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"platform": "linux/amd64", "platforms": ["linux/amd64"]}, "give one of them"),
        ({"platforms": ["amd64"]}, "'amd64' is no platform"),
        ({"ulimits": {"nofile": "many"}}, "'many' is no number"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        DockerBuildConfig(**fields)


@pytest.mark.parametrize("fields", [{}, {"env": "A", "file": "b"}])
def test_a_secret_comes_from_one_place(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="give one of them"):
        SecretFrom(**fields)


def test_an_id_or_path_of_a_secret_may_have_a_comma_in_it() -> None:
    assert secret_argument("a", "src", "/x,y") == 'id=a,"src=/x,y"'


def test_a_secret_of_a_variable_that_is_not_set_is_named(bench: Bench) -> None:
    config = DockerBuildConfig(secrets={"npm": SecretFrom(env="NPM_TOKEN")})
    with pytest.raises(OperationError, match="'npm' is read from the variable NPM_TOKEN") as caught:
        DockerBuilder(config).build(bench.step("build", environment=environment(bench)))
    assert caught.value.hint == "export NPM_TOKEN=…"


def test_secrets_of_variables_and_files_are_masked_too(bench: Bench) -> None:
    step = bench.step("build", environment={**environment(bench), "NPM_TOKEN": "c4nary-of-npm"})
    (step.facts.source / "key").write_text("c4nary-of-a-file")
    config = DockerBuildConfig(secrets={"npm": SecretFrom(env="NPM_TOKEN"), "key": SecretFrom(file="key")})
    with pytest.raises(MilepostError):
        DockerBuilder(config).build(step)
    assert {"c4nary-of-npm", "c4nary-of-a-file"} <= set(step.noted("mask"))


def test_a_login_of_the_block_is_stronger_than_one_in_the_environment(bench: Bench) -> None:
    step = bench.step("build", environment={**environment(bench), "DOCKER_AUTH_CONFIG": '{"auths": {}}'})
    auth = Auth(hostname="registry.test", username="me", password=Credential([Part("c4nary-value")]))
    with pytest.raises(MilepostError):
        DockerBuilder(DockerBuildConfig(auth=[auth])).build(step)
    assert step.commands[-1].env["DOCKER_AUTH_CONFIG"] == ""


def environment(bench: Bench) -> dict[str, str]:
    """Return one where buildx is on the PATH, and an engine that nobody has."""
    program = bench.folder / "bin" / "docker-buildx"
    program.parent.mkdir(exist_ok=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return {"PATH": str(program.parent), "DOCKER_HOST": f"unix://{bench.folder}/none.sock"}


def test_a_secrets_value_is_in_a_file_of_the_scratch_folder_that_only_we_can_read(bench: Bench) -> None:
    step = bench.step("build", environment=environment(bench))
    config = DockerBuildConfig(secrets={"npm": Credential([Part("c4nary-value")])})
    with pytest.raises(MilepostError):
        DockerBuilder(config).build(step)
    place = step.facts.scratch / "secret-0"
    assert place.read_text() == "c4nary-value"
    assert place.stat().st_mode & 0o777 == 0o600
    assert f"--secret=id=npm,src={place}" in step.commands[-1].argv
    assert "c4nary-value" in step.noted("mask")


def test_buildx_is_found_as_the_docker_command_finds_it(tmp_path: Path) -> None:
    path = {"PATH": str(tmp_path / "bin")}
    places = {
        "path": tmp_path / "bin" / "docker-buildx",
        "extra": tmp_path / "extra" / "docker-buildx",
        "home": tmp_path / ".docker" / "cli-plugins" / "docker-buildx",
        "config": tmp_path / "config" / "cli-plugins" / "docker-buildx",
    }
    for place in places.values():
        place.parent.mkdir(parents=True)
    if buildx(path, tmp_path) is not None:
        pytest.skip("not applicable: buildx is installed for all users")
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"cliPluginsExtraDirs": [str(tmp_path / "extra")]}))
    for name, place in places.items():
        place.write_text("")
        place.chmod(0o755)
        own = {"DOCKER_CONFIG": str(tmp_path / "config")} if name == "config" else {}
        assert buildx({**path, **own}, tmp_path) == str(place)


def test_what_only_buildkit_can_do_is_refused_without_it_and_says_how_to_get_it(bench: Bench, tmp_path: Path) -> None:
    if buildx({"PATH": "/none"}, tmp_path) is not None:
        pytest.skip("not applicable: buildx is installed for all users")
    config = DockerBuildConfig(buildkit=True, ssh=["default"], platforms=["linux/amd64", "linux/arm64"])
    with pytest.raises(OperationError, match="buildkit, ssh, platforms: that takes docker buildx") as caught:
        DockerBuilder(config).build(bench.step("build", environment={"PATH": "/none"}))
    assert "apt install" in caught.value.hint


def test_the_classic_builder_refuses_what_it_cannot_do(bench: Bench) -> None:
    config = DockerBuildConfig(buildkit=False, cache_to=["type=inline"])
    with pytest.raises(OperationError, match="cache_to: only BuildKit can do that, and buildkit = false forbids it"):
        DockerBuilder(config).build(bench.step("build"))


def test_images_of_before_are_kept_as_many_as_the_file_says() -> None:
    builder = DockerBuilder(DockerBuildConfig(keep_images=5))
    assert isinstance(builder, LimitsArtifacts)
    assert (builder.keeps(), DockerBuilder(DockerBuildConfig()).keeps()) == (5, 2)


def test_a_plan_says_what_is_built_how_and_where_it_goes(bench: Bench) -> None:
    access = RegistryAccess(reference="registry.test:5000/shop:7", server="registry.test:5000")
    step = bench.step("build", environment=environment(bench), registry=access)
    (planned,) = DockerBuilder(DockerBuildConfig(platforms=["linux/arm64"])).plan(None, step)
    assert (planned.action, planned.name) == ("make", "registry.test:5000/shop:7")
    assert planned.detail == f"{bench.source / 'Dockerfile'} by BuildKit, for linux/arm64, pushed as it is built"


def test_an_engine_that_is_not_there_is_what_a_failed_build_is_put_down_to(bench: Bench) -> None:
    runner = RecordingRunner()
    own = environment(bench)
    runner.answer(f"{own['PATH']}/docker-buildx", status=1, stderr=b"ERROR: some words")
    step = Bench(bench.folder, runner=runner).step("build", environment=own)
    config = DockerBuildConfig(client_config=ClientConfig(host=own["DOCKER_HOST"]))
    with pytest.raises(OperationError, match=r"no engine listens at unix:///.*none\.sock"):
        DockerBuilder(config).build(step)
