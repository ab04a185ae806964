"""What registries grant to builders, platforms and copies, and what platforms tell builders."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import OperationError, ProjectFileError
from milepost.sdk.events import Warned
from milepost.sdk.record import Operation

SECRET = "hush-hush-hush"


def image(registry: str | None = "", builder: str = "") -> str:
    pushed = "" if registry is None else f'registry {{\nuse "fake-images" {{\n{registry}\n}}\n}}'
    return f'use "fake-image" {{\n{builder}\n}}\n{pushed}'


def write(shop: Shop, registry: str | None = "", builder: str = "", **blocks: str) -> None:
    shop.write(build=image(registry, builder), platform="fake-engine", **blocks)


def image_of(operation: Operation) -> dict[str, object]:
    assert operation.artifact is not None
    return operation.artifact.details


LOCKED = f'password = "{SECRET}"'


def test_a_builder_that_is_given_access_pushes_by_itself_and_the_push_finds_it_there(shop: Shop) -> None:
    write(shop, LOCKED)
    shop.up()
    build, push, deploy = shop.operations("build", "push", "deploy")
    assert build.artifact is not None
    assert not build.artifact.provisional
    assert build.artifact.reference.startswith("registry.fake/web@sha256:")
    assert push.artifact == build.artifact == deploy.artifact
    assert "push web" not in shop.world.log()


def test_the_access_names_the_place_by_the_builds_own_operation(shop: Shop) -> None:
    write(shop, LOCKED)
    shop.up()
    build = shop.last("build")
    assert image_of(build)["tag"] == f"milepost-{build.id.lower()}"


def test_a_registry_whose_place_only_the_artifact_tells_grants_no_access(shop: Shop) -> None:
    write(shop, "note = artifact.digest")
    shop.up()
    build, push = shop.operations("build", "push")
    assert build.artifact is not None
    assert push.artifact is not None
    assert build.artifact.provisional
    assert push.artifact.reference.startswith("registry.fake/web@sha256:")
    assert shop.last("release").status == "success"


def test_a_registry_that_is_wrong_is_told_before_anything_is_built(shop: Shop) -> None:
    write(shop, 'serfer = "x"')
    with pytest.raises(ProjectFileError, match='there is no argument "serfer"'):
        shop.up()
    assert shop.world.log() == []


def test_a_registry_that_refuses_access_fails_the_build(shop: Shop) -> None:
    write(shop, 'fail = "access"')
    with pytest.raises(OperationError, match="told to fail at access"):
        shop.up()
    assert shop.last().stage == "build"
    assert shop.last().status == "error"


def test_the_access_is_in_nothing_that_is_shown_or_kept(shop: Shop) -> None:
    write(shop, LOCKED, deploy='task "migrate" {\ncommand = ["true"]\n}')
    shop.up()
    assert shop.statuses()[-1] == "#1 release success"
    assert SECRET not in shop.everything()


def test_what_was_pushed_long_ago_is_pulled_with_the_credentials_of_today(shop: Shop) -> None:
    write(shop, LOCKED, app="keep_releases = 0")
    shop.up()
    shop.edit("two")
    shop.up()
    write(shop, 'password = "another one"')
    with shop.world.change() as world:
        world["logins"]["registry.fake"] = "another one"
    shop.carry("rollback")
    assert shop.last("deploy").status == "success"
    assert shop.traffic() == 3


def test_a_registry_block_that_is_wrong_today_keeps_no_public_artifact_from_coming_back(shop: Shop) -> None:
    write(shop, app="keep_releases = 0")
    shop.up()
    shop.edit("two")
    shop.up()
    write(shop, 'serfer = "x"')
    shop.carry("rollback")
    assert shop.traffic() == 3
    (warning,) = [each for each in shop.told(Warned) if "could not be told" in each]
    assert 'there is no argument "serfer"' in warning


def test_an_app_that_takes_anothers_artifact_pulls_it_from_the_others_registry(shop: Shop) -> None:
    web = app_text("web", build=image(LOCKED), platform="fake-engine")
    worker = app_text("worker", build='from = "web"', platform="fake-engine", config="worker = true")
    shop.write(web, worker)
    shop.up()
    assert shop.last("deploy", app="worker").status == "success"


def test_a_copy_is_pulled_with_the_access_of_the_workspace_it_comes_from(shop: Shop) -> None:
    ours, theirs = (f'server = "{name}.fake"\npassword = "password of {name}"' for name in ("one", "two"))
    shop.write(build=image(ours), platform="fake-engine")
    shop.up(workspace="staging")
    scoped = f'use "fake-image" {{}}\nregistry {{\nuse "fake-images" {{\n{ours}\n}}\n}}\n'
    scoped += f'workspace "production" {{\nregistry {{\nuse "fake-images" {{\n{theirs}\n}}\n}}\n}}'
    shop.write(build=scoped, platform="fake-engine")
    shop.carry("promote", target="1", workspace="production")
    origin, copy = shop.operations("push")
    assert origin.artifact is not None
    assert copy.artifact is not None
    assert copy.artifact.reference == f"two.fake/web@{origin.artifact.digest}"
    assert shop.world.log().count("copy web") == 1
    assert shop.traffic(workspace="production") == 2


def test_what_only_an_engine_has_is_pushed_when_it_is_promoted_to_a_registry(shop: Shop) -> None:
    write(shop, None)
    shop.up(workspace="staging")
    write(shop)
    shop.carry("promote", target="1", workspace="production")
    push = shop.last("push")
    built = shop.operations("build")[0].artifact
    assert push.artifact is not None
    assert built is not None
    assert not push.artifact.provisional
    assert push.artifact.digest != built.digest
    assert shop.world.log().count("copy web") == 0
    assert shop.traffic(workspace="production") == 2


def test_the_same_image_in_a_registry_is_nothing_to_do(shop: Shop) -> None:
    write(shop, builder="pushes = false")
    shop.up()
    shop.up()
    assert [each.status for each in shop.operations("deploy")] == ["success", "unchanged"]


def test_a_builder_is_told_what_the_platform_runs(shop: Shop) -> None:
    write(shop, config='targets = ["linux/arm64", "linux/s390x"]')
    shop.up()
    assert image_of(shop.last("build"))["platforms"] == ["linux/arm64", "linux/s390x"]


def test_what_of_the_platform_only_the_artifact_tells_is_left_out_of_that(shop: Shop) -> None:
    write(shop, config='targets = ["linux/arm64"]\nnote = artifact.tag')
    shop.up()
    assert image_of(shop.last("build"))["platforms"] == ["linux/arm64"]
    assert shop.last("release").status == "success"


def test_a_builder_that_knows_what_to_build_for_costs_no_question(shop: Shop) -> None:
    write(shop, builder='platforms = ["linux/riscv64"]')
    shop.up()
    assert image_of(shop.last("build"))["platforms"] == ["linux/riscv64"]
    assert "targets web" not in shop.world.log()


def test_a_platform_that_cannot_tell_is_a_warning_on_a_build(shop: Shop) -> None:
    write(shop, config='fail = "targets"')
    shop.up()
    assert image_of(shop.last("build"))["platforms"] == []
    (warning,) = shop.operations("build")[0].warnings
    assert "without knowing what fake-engine runs" in warning


def test_a_wrong_deploy_block_is_not_the_builds_to_tell(shop: Shop) -> None:
    write(shop, config="tagrets = []")
    shop.carry("build")
    assert shop.last("push").status == "success"
    assert shop.last("push").warnings == ()


def test_the_password_of_a_registry_is_in_no_file_that_a_run_leaves(real: RealShop) -> None:
    top = 'variable "password" {\ntype = string\nsensitive = true\n}'
    real.write(top=top, build=image("password = var.password"), platform="fake-engine")
    outcome = real.run("up", variables={"password": SECRET})
    assert outcome.exit_status == 0
    assert real.operations("push")[0].artifact == real.operations("deploy")[0].artifact
    world = real.root / "state" / "plugins" / "milepost-fakes" / "world.json"
    files = [each for each in real.root.rglob("*") if each.is_file()]
    assert [each for each in files if SECRET.encode() in each.read_bytes()] == [world]
