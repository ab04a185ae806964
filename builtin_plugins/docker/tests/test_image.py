"""Images as artifacts: what the history keeps of them, and what an engine is asked to run."""

from __future__ import annotations

import pytest

from milepost.sdk import CONTAINER_IMAGE, FILE_TREE, Artifact, MilepostError
from milepost_docker.image import (
    Image,
    image_of,
    inspected,
    platform_of,
    published,
    runnable,
)
from milepost_docker.reference import parse

ID, DIGEST = "sha256:" + "1" * 64, "sha256:" + "2" * 64
ANSWER = {
    "Id": ID,
    "Os": "linux",
    "Architecture": "arm",
    "Variant": "v7",
    "Size": 1234,
    "Config": {"Labels": {"a": "b"}},
    "RepoTags": ["milepost/shop/web:x"],
}


@pytest.fixture
def built() -> Image:
    return inspected(parse("milepost/shop/web:x"), ANSWER, "unix:///docker.sock")


def test_an_image_on_an_engine_is_a_provisional_artifact_by_its_tag(built: Image) -> None:
    artifact = built.artifact()
    assert (artifact.kind, artifact.reference, artifact.digest) == (CONTAINER_IMAGE, "milepost/shop/web:x", ID)
    assert artifact.provisional
    assert artifact.details == {
        "image": "milepost/shop/web",
        "tag": "x",
        "platforms": ["linux/arm/v7"],
        "architecture": "arm/v7",
        "location": "engine",
        "size": 1234,
        "labels": {"a": "b"},
        "engine": "unix:///docker.sock",
    }


def test_a_published_image_is_an_artifact_by_the_digest_of_the_registry(built: Image) -> None:
    artifact = published(built, DIGEST).artifact()
    assert artifact.reference == f"milepost/shop/web@{DIGEST}"
    assert not artifact.provisional
    assert artifact.details["location"] == "registry"
    assert artifact.details["tag"] == "x"
    assert "engine" not in artifact.details


def test_an_artifact_is_read_as_the_image_that_it_was_made_of(built: Image) -> None:
    for image in (built, published(built, DIGEST, ("linux/amd64", "linux/arm64"))):
        assert image_of(image.artifact()) == image


def test_an_image_of_another_plugin_needs_nothing_but_a_reference() -> None:
    artifact = Artifact(kind=CONTAINER_IMAGE, reference=f"registry.test/shop@{DIGEST}", digest=DIGEST)
    image = image_of(artifact)
    assert (image.location, image.reference.name) == ("registry", "registry.test/shop")
    assert runnable(artifact) == f"registry.test/shop@{DIGEST}"


def test_what_is_no_image_is_an_error_that_names_it() -> None:
    with pytest.raises(MilepostError, match=r"/srv/files is no container image but file-tree/1"):
        image_of(Artifact(kind=FILE_TREE, reference="/srv/files", digest=DIGEST))


def test_an_engine_runs_its_own_id_or_the_digest_of_the_registry_and_never_a_tag(built: Image) -> None:
    assert runnable(built.artifact()) == ID
    assert runnable(published(built, DIGEST).artifact()) == f"milepost/shop/web@{DIGEST}"


@pytest.mark.parametrize(
    ("document", "platform"),
    [
        ({"Os": "linux", "Architecture": "amd64"}, "linux/amd64"),
        ({"os": "linux", "architecture": "arm", "variant": "v6"}, "linux/arm/v6"),
        ({"Architecture": "s390x", "Os": "", "Variant": ""}, "linux/s390x"),
    ],
)
def test_a_platform_is_told_by_engines_and_manifests_alike(document: dict[str, str], platform: str) -> None:
    assert platform_of(document) == platform
