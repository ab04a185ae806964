"""What is said of a build that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.sdk import OperationError
from milepost.sdk.artifact import RegistryAccess
from milepost.testing.bench import Bench
from milepost.testing.runner import RecordingRunner
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.builder.failing import Failure, failed
from milepost_docker.builder.order import ordered
from milepost_docker.builder.recipe import recipe
from milepost_docker.builder.transcript import followed

ACCESS = RegistryAccess(reference="registry.test/shop:7", server="registry.test")
BASE = """#3 [internal] load metadata for docker.io/library/nowhere:1
#3 ERROR: pull access denied
------
 > [internal] load metadata for docker.io/library/nowhere:1:
------
ERROR: failed to build: failed to solve: rpc error: code = Unknown desc = pull access denied
"""
PUSH = """#6 pushing registry.test/shop:7 with docker
#6 ERROR: unauthorized
------
 > pushing registry.test/shop:7 with docker:
------
ERROR: failed to build: unauthorized
"""
RUN = """#6 [2/2] RUN false
#6 ERROR: exit code: 1
------
 > [2/2] RUN false:
what it printed
------
ERROR: failed to build: exit code: 1
"""


def told(folder: Path, tail: str, access: RegistryAccess | None = None) -> OperationError:
    """Return the error of a build that ended with `tail`."""
    bench = Bench(folder, runner=RecordingRunner())
    (bench.source / "Dockerfile").write_text("FROM nowhere:1\n")
    config, step = DockerBuildConfig(), bench.step("build")
    return failed(ordered(config, recipe(config, step), access, step), Failure(tail), "linux/amd64", step)


def test_a_base_image_that_is_missing_comes_first(tmp_path: Path) -> None:
    error = told(tmp_path, BASE)
    assert str(error) == "the base image nowhere:1 was not found, or cannot be pulled: pull access denied"
    assert error.hint.startswith("docker pull nowhere:1")


def test_the_classic_builder_tells_the_same_of_a_base_image(tmp_path: Path) -> None:
    messages = [{"stream": "Step 1/2 : FROM --platform=linux/amd64 nowhere:1\n"}, {"error": "pull access denied"}]
    with pytest.raises(OperationError, match="the base image nowhere:1 was not found") as caught:
        followed(messages, Bench(tmp_path).step("build"))
    assert caught.value.hint.startswith("docker pull nowhere:1")


def test_a_push_that_fails_says_that_the_image_was_built(tmp_path: Path) -> None:
    error = told(tmp_path, PUSH, ACCESS)
    assert str(error) == "the image of web was built, pushing it to registry.test/shop:7 failed: unauthorized"
    assert error.hint.startswith("docker login registry.test")


def test_a_step_that_fails_is_named_with_what_it_printed(tmp_path: Path) -> None:
    error = told(tmp_path, RUN)
    assert str(error).startswith("the image of web was not built, at [2/2] RUN false:\n")
    assert "what it printed" in str(error)
