"""Build, push, artifacts taken from another app, and artifacts taken along to another workspace."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import OperationError, PluginFaultError, UsageError

REGISTRY = 'use "fake" {}\nregistry {\nuse "fake" {}\n}'


def test_a_push_follows_the_build_and_its_artifact_is_used_from_there_on(shop: Shop) -> None:
    shop.write(build=REGISTRY)
    shop.up()
    build, push, deploy = shop.operations("build", "push", "deploy")
    assert push.build == build.id
    assert push.artifact is not None
    assert build.artifact is not None
    assert push.artifact.digest == build.artifact.digest
    assert "/registry/" in push.artifact.reference
    assert (deploy.artifact, deploy.build) == (push.artifact, push.id)


BAD_REGISTRY = """
from milepost.sdk import Artifact, PluginConfig, RegistryOffer, hookimpl

class Registry:
    def __init__(self, config): pass
    def push(self, artifact, step):
        return Artifact(kind=artifact.kind, reference="x", digest="sha256:other")

@hookimpl
def milepost_registry(word):
    return RegistryOffer(config=PluginConfig, accepts=("file-tree/1",), load=lambda: Registry)
"""


def test_a_registry_that_has_another_digest_fails_the_push(shop: Shop) -> None:
    shop.install("bad", "registry", BAD_REGISTRY)
    shop.write(build='use "fake" {}\nregistry {\nuse "bad" {}\n}')
    with pytest.raises(OperationError, match="was pushed, and the registry has sha256:other"):
        shop.up()
    assert shop.last().status == "error"


BAD_BUILDER = """
from milepost.sdk import BuilderOffer, PluginConfig, hookimpl

class Builder:
    def __init__(self, config): pass
    def build(self, step):
        return None

@hookimpl
def milepost_builder(word):
    return BuilderOffer(config=PluginConfig, produces=lambda config: "file-tree/1", load=lambda: Builder)
"""


def test_a_builder_that_returns_nothing_is_to_blame(shop: Shop) -> None:
    shop.install("bad", "builder", BAD_BUILDER)
    shop.write(build='use "bad" {}')
    with pytest.raises(PluginFaultError, match=r"milepost-bad 1\.0: building returned None, expected Artifact"):
        shop.up()


def test_an_app_takes_the_artifact_that_this_run_built_for_another(shop: Shop) -> None:
    worker = app_text("worker", build='from = "web"', config="worker = true")
    shop.write(app_text("web"), worker)
    shop.up()
    web, taken = shop.operations("build")
    assert taken.artifact == web.artifact
    assert taken.build == web.id
    assert shop.world.log().count("build web") == 1


def test_a_build_may_be_missing(shop: Shop) -> None:
    shop.write(build="")
    shop.up()
    assert shop.statuses() == ["#1 deploy success", "#1 release success"]
    assert shop.last("deploy").artifact is None


def test_the_same_source_has_the_same_digest(shop: Shop) -> None:
    shop.carry("build")
    shop.carry("build")
    first, second = shop.operations("build")
    assert first.artifact == second.artifact


def test_a_build_knows_neither_secrets_nor_config_of_the_app(shop: Shop) -> None:
    shop.write(top='config {\nenv = { A = "1" }\n}')
    shop.up()
    assert shop.operations("build")[0].facts is None


def test_promote_takes_the_runs_artifacts_and_builds_nothing(shop: Shop) -> None:
    shop.up(workspace="staging")
    shop.edit("not this one")
    shop.write(config='note = "production"')
    shop.carry("promote", target="1", workspace="production")
    assert shop.world.log().count("build web") == 1
    assert shop.traffic(workspace="production") == 2
    deploy = shop.last("deploy")
    assert deploy.artifact == shop.operations("build")[0].artifact
    assert deploy.config is not None
    assert deploy.config["fields"]["note"] == "production"
    assert shop.traffic(workspace="staging") == 1


def test_promote_copies_from_registry_to_registry_with_the_digest_verified(shop: Shop) -> None:
    shop.write(build=REGISTRY)
    shop.up(workspace="staging")
    shop.write(build=REGISTRY.replace('use "fake" {}\n}', 'use "fake" { name = "production" }\n}'))
    shop.carry("promote", target="1", workspace="production")
    pushed = shop.last("push").artifact
    origin = shop.operations("push")[0].artifact
    assert pushed is not None
    assert origin is not None
    assert "/production/" in pushed.reference
    assert pushed.digest == origin.digest


FORGETFUL_COPY = """
from msgspec import structs
from milepost.sdk import PluginConfig, RegistryOffer, hookimpl

class Registry:
    def __init__(self, config): pass
    def push(self, artifact, step):
        return artifact
    def copy_from(self, artifact, step):
        return structs.replace(artifact, digest="sha256:one-platform-of-two")

@hookimpl
def milepost_registry(word):
    return RegistryOffer(config=PluginConfig, accepts=("container-image/1",), load=lambda: Registry)
"""


def test_a_copy_that_is_not_what_it_was_fails_the_promotion_before_anything_is_deployed(shop: Shop) -> None:
    pushed = 'use "fake-image" {}\nregistry {\nuse "WORD" {}\n}'
    shop.write(build=pushed.replace("WORD", "fake-images"), platform="fake-engine")
    shop.up(workspace="staging")
    shop.install("forgetful", "registry", FORGETFUL_COPY)
    shop.write(build=pushed.replace("WORD", "forgetful"), platform="fake-engine")
    with pytest.raises(OperationError, match="was pushed, and the registry has sha256:one-platform-of-two"):
        shop.carry("promote", target="1", workspace="production")
    assert shop.operations("deploy", workspace="production") == []


IMAGE_NAMES = """
note = "${artifact.image}|${artifact.tag}|${artifact.location}|${artifact.digest}|${artifact.reference}"
"""


@pytest.mark.parametrize("registry", ["", 'registry {\nuse "fake-images" {}\n}'])
def test_a_deploy_block_names_the_parts_of_an_image(shop: Shop, registry: str) -> None:
    shop.write(build=f'use "fake-image" {{}}\n{registry}', platform="fake-engine", config=IMAGE_NAMES)
    shop.up()
    made = shop.last("push" if registry else "build").artifact
    config = shop.last("deploy").config
    assert made is not None
    assert config is not None
    image, tag, location, digest, reference = config["fields"]["note"].split("|")
    assert (digest, reference) == (made.digest, made.reference)
    assert reference == (f"{image}@{digest}" if registry else f"{image}:{tag}")
    assert location == ("registry" if registry else "engine")


def test_a_registry_block_names_the_image_that_was_built(shop: Shop) -> None:
    registry = 'registry {\nuse "fake-images" {\nnote = "${artifact.image}:${artifact.tag}"\n}\n}'
    shop.write(build=f'use "fake-image" {{}}\n{registry}', platform="fake-engine")
    shop.up()
    built, config = shop.last("build").artifact, shop.last("push").config
    assert built is not None
    assert config is not None
    assert config["fields"]["note"] == built.reference


def test_promote_without_a_run_says_what_to_type(shop: Shop) -> None:
    with pytest.raises(UsageError, match="promote needs a run"):
        shop.carry("promote", workspace="production")


def test_promoting_a_run_that_made_nothing_says_so(shop: Shop) -> None:
    shop.up(workspace="staging")
    shop.carry("stop", workspace="staging")
    with pytest.raises(OperationError, match="run #2 made no artifact"):
        shop.carry("promote", target="2", workspace="production")


def test_what_was_promoted_can_be_rolled_back(shop: Shop) -> None:
    shop.up(workspace="staging")
    shop.carry("promote", target="1", workspace="production")
    shop.edit("two")
    shop.up(workspace="staging")
    shop.carry("promote", target="3", workspace="production")
    shop.carry("rollback", workspace="production")
    assert shop.traffic(workspace="production") == 2
