"""Artifacts that nothing needs any more: which of them go, who keeps them from going, and what is recorded."""

from __future__ import annotations

import msgspec
import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import ArtifactGoneError
from milepost.sdk.events import Warned


def image(builder: str = "", registry: str | None = "keep = 0") -> str:
    pushed = "" if registry is None else f'registry {{\nuse "fake-images" {{\n{registry}\n}}\n}}'
    return f'use "fake-image" {{\n{builder}\n}}\n{pushed}'


def write(shop: Shop, builder: str = "", registry: str | None = "keep = 0", **blocks: str) -> None:
    shop.write(build=image(builder, registry), platform="fake-engine", **blocks)


def ups(shop: Shop, count: int, **fields: str) -> None:
    for _ in range(count):
        shop.edit(f"version {len(shop.history.runs()) + 1}")
        shop.up(**fields)


def stored(shop: Shop, stage: str = "push", **where: str) -> list[int]:
    """Return the numbers of the runs whose artifact is there."""
    there = shop.world.read().get("images", {})
    made = shop.operations(stage, status="success", **where)
    return [each.number for each in made if each.artifact and each.artifact.reference in there]


def gone(shop: Shop, stage: str = "push") -> dict[int, str]:
    return {each.number: each.gone for each in shop.operations(stage) if each.gone}


def test_a_registry_keeps_what_stands_and_so_many_beside(shop: Shop) -> None:
    write(shop, registry="keep = 1")
    ups(shop, 5)
    assert shop.presences() == {1: "destroyed", 2: "destroyed", 3: "destroyed", 4: "parked", 5: "released"}
    assert stored(shop) == [3, 4, 5]


def test_what_was_deleted_is_seen_in_the_history(shop: Shop) -> None:
    write(shop)
    ups(shop, 4)
    assert gone(shop) == {1: "deleted by #3", 2: "deleted by #4"}
    assert gone(shop, "build") == gone(shop)
    operation = shop.last("destroy")
    assert (operation.label, operation.status, operation.number) == ("registry artifacts", "success", 4)
    assert operation.plugin is not None
    assert operation.plugin.word == "fake-images"
    lines = [line.text for line in shop.store.read_output(operation.id)]
    assert any("registry.fake/web@sha256:" in each and "which nothing needs any more" in each for each in lines)


def test_all_is_kept_where_no_number_is_given(shop: Shop) -> None:
    write(shop, registry="")
    ups(shop, 4)
    assert stored(shop) == [1, 2, 3, 4]


def test_a_rollback_finds_what_it_needs_also_where_nothing_is_parked(shop: Shop) -> None:
    write(shop, app="keep_releases = 0")
    ups(shop, 3)
    assert shop.presences() == {1: "destroyed", 2: "destroyed", 3: "released"}
    assert stored(shop) == [2, 3]
    shop.carry("rollback")
    assert shop.traffic() == 4


def test_a_rollback_to_what_was_deleted_says_so(shop: Shop) -> None:
    write(shop)
    ups(shop, 4)
    with pytest.raises(ArtifactGoneError) as caught:
        shop.carry("rollback", "web", target="1")
    assert "milepost up web builds it again" in caught.value.hint
    assert gone(shop)[1] == "deleted by #3"


def test_what_stands_in_another_workspace_is_kept(shop: Shop) -> None:
    write(shop)
    ups(shop, 1, workspace="staging")
    shop.carry("promote", target="1", workspace="production")
    ups(shop, 3, workspace="staging")
    assert stored(shop, workspace="staging") == [1, 4, 5]


def test_what_a_rollback_in_another_workspace_goes_to_is_kept(shop: Shop) -> None:
    write(shop, app="keep_releases = 0")
    ups(shop, 1, workspace="staging")
    shop.carry("promote", target="1", workspace="production")
    ups(shop, 1, workspace="staging")
    shop.carry("promote", target="3", workspace="production")
    ups(shop, 4, workspace="staging")
    assert shop.presences()[2] == "destroyed"
    assert stored(shop, workspace="staging") == [1, 3, 7, 8]
    shop.carry("rollback", workspace="production")
    assert shop.traffic(workspace="production") == 9


def test_the_same_digest_under_another_record_is_kept(shop: Shop) -> None:
    write(shop)
    shop.edit("same")
    shop.up()
    shop.edit("another")
    shop.up()
    shop.edit("same")
    shop.up()
    shop.edit("yet another")
    shop.up()
    assert stored(shop) == [1, 3, 4]
    assert gone(shop) == {2: "deleted by #4"}


def test_what_another_app_has_taken_is_kept(shop: Shop) -> None:
    web = app_text("web", build=image(), platform="fake-engine")
    worker = app_text("worker", build='from = "web"', platform="fake-engine", config="worker = true")
    shop.write(web, worker)
    shop.up()
    for number in range(3):
        shop.edit(f"version {number}")
        shop.up("web")
    assert stored(shop) == [1, 3, 4]


def test_what_a_run_has_made_that_goes_on_is_kept(shop: Shop) -> None:
    write(shop)
    ups(shop, 1)
    shop.edit("by another")
    shop.carry("build")
    other = shop.history.runs()[0]
    shop.history.amend(msgspec.structs.replace(other, status="running"))
    ups(shop, 3)
    assert stored(shop) == [2, 4, 5]
    shop.history.amend(msgspec.structs.replace(other, status="success"))
    ups(shop, 1)
    assert stored(shop) == [5, 6]


def test_the_newest_that_was_pushed_and_not_deployed_yet_is_kept(shop: Shop) -> None:
    write(shop)
    ups(shop, 2)
    shop.edit("to come")
    shop.carry("build")
    shop.carry("release", target="web#1/deploy")
    assert 3 in stored(shop)


def test_images_on_the_engine_go_where_there_is_no_registry(shop: Shop) -> None:
    write(shop, builder="keep = 0", registry=None)
    ups(shop, 4)
    assert stored(shop, "build") == [3, 4]
    assert gone(shop, "build") == {1: "deleted by #3", 2: "deleted by #4"}
    shop.carry("rollback")
    assert shop.traffic() == 3


def test_what_a_builder_pushed_by_itself_is_the_registrys_to_delete(shop: Shop) -> None:
    write(shop, builder="keep = 0", registry="")
    ups(shop, 4)
    assert stored(shop) == [1, 2, 3, 4]
    assert gone(shop, "build") == {}


def test_what_a_platform_pulled_goes_and_stays_in_the_registry(shop: Shop) -> None:
    write(shop, registry="", config="keep = 0")
    ups(shop, 4)
    assert stored(shop) == [1, 2, 3, 4]
    pulled = [each for each in shop.world.read()["images"] if each.startswith("engine/")]
    assert len(pulled) == 2
    assert gone(shop, "deploy") == {1: "deleted by #3", 2: "deleted by #4"}


def test_that_they_cannot_be_deleted_is_a_warning_on_a_release_that_succeeded(shop: Shop) -> None:
    write(shop)
    ups(shop, 2)
    shop.world.trouble("delete", "fail")
    ups(shop, 1)
    assert shop.last("release").status == "success"
    (warning,) = [each for each in shop.told(Warned) if "could not be deleted" in each]
    assert "told to fail at delete" in warning
    assert gone(shop) == {}
    shop.world.trouble("delete", "")
    ups(shop, 1)
    assert gone(shop) == {1: "deleted by #4", 2: "deleted by #4"}


def test_after_three_failures_in_a_row_the_others_wait(shop: Shop) -> None:
    write(shop, registry="")
    ups(shop, 7)
    write(shop)
    shop.world.trouble("delete", "fail")
    ups(shop, 1)
    assert shop.world.log().count("delete") == 0
    warnings = shop.operations("destroy")[-1].warnings
    assert len(warnings) == 4
    assert warnings[-1] == "3 more were not tried; the next release tries again"


def test_a_rollback_deletes_none(shop: Shop) -> None:
    write(shop, registry="")
    ups(shop, 4)
    write(shop)
    shop.carry("rollback")
    assert stored(shop) == [1, 2, 3, 4]


def test_nothing_is_looked_through_twice(shop: Shop) -> None:
    write(shop)
    ups(shop, 4)
    shop.up()
    assert [each.number for each in shop.operations("destroy") if each.label == "registry artifacts"] == [3, 4]


def test_destroying_all_leaves_no_image_on_the_engine_and_the_registry_as_it_is(shop: Shop) -> None:
    # However many are kept while something stands.
    write(shop, builder="keep = 2\npushes = false", registry="keep = 0", config="keep = 2")
    ups(shop, 2)
    shop.carry("destroy", "web")
    assert [each for each in shop.world.read()["images"] if not each.startswith("registry.fake/")] == []
    assert stored(shop) == [1, 2]


def test_destroying_all_in_a_workspace_leaves_what_another_one_needs(shop: Shop) -> None:
    write(shop, builder="keep = 0", registry=None)
    ups(shop, 1)
    shop.carry("promote", target="1", workspace="production")
    shop.carry("destroy", "web")
    assert stored(shop, "build", workspace="default") == [1]
    shop.carry("destroy", "web", workspace="production")
    assert stored(shop, "build") == []
