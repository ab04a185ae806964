"""What a failed build is told to try."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milepost.sdk.artifact import RegistryAccess
from milepost.testing.bench import Bench
from milepost.testing.runner import RecordingRunner
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.builder.hints import failure_hint
from milepost_docker.builder.order import ordered
from milepost_docker.builder.recipe import recipe

INSECURE = RegistryAccess(reference="registry.test/shop:7", server="registry.test", insecure=True)


@pytest.mark.parametrize(
    ("fields", "access", "words"),
    [
        ({}, None, ""),
        ({"platforms": ["linux/amd64"]}, None, ""),
        ({"platforms": ["linux/arm64"]}, None, "binfmt"),
        ({"platforms": ["linux/amd64", "linux/arm64"]}, None, "docker buildx create"),
        ({"sbom": True}, None, "attach provenance and sbom"),
        ({"builder": "many"}, INSECURE, "docker buildx inspect many"),
        ({}, INSECURE, "`insecure-registries`"),
    ],
)
def test_what_was_asked_for_decides_what_to_try(
    tmp_path: Path, fields: dict[str, Any], access: RegistryAccess | None, words: str
) -> None:
    bench = Bench(tmp_path, runner=RecordingRunner())
    (bench.source / "Dockerfile").write_text("FROM scratch\n")
    config, step = DockerBuildConfig(**fields), bench.step("build")
    hint = failure_hint(ordered(config, recipe(config, step), access, step), "linux/amd64")
    assert words in hint
    assert bool(hint) == bool(words)
