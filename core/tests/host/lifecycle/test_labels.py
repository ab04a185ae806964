"""Labels: from project, app, stage and request into each record, and with ours onto what is made outside."""

from __future__ import annotations

from core.tests.host.lifecycle.shop import Shop
from milepost.host.lifecycle.labels import OWN


def labelled(shop: Shop) -> None:
    shop.write(
        top='labels = { team = "shop", tier = "project", zone = "a" }',
        app='labels = { tier = "app" }',
        build='labels = { tier = "build" }\nuse "fake" {}',
        deploy='labels = { tier = "deploy" }',
    )


def test_the_later_of_project_app_stage_and_request_wins(shop: Shop) -> None:
    labelled(shop)
    shop.up(labels={"zone": "request"})
    tiers = {each.stage: each.labels["tier"] for each in shop.operations()}
    assert tiers == {"build": "build", "deploy": "deploy", "release": "app"}
    assert {each.labels["zone"] for each in shop.operations()} == {"request"}
    assert {each.labels["team"] for each in shop.operations()} == {"shop"}


def test_every_operation_has_them(shop: Shop) -> None:
    labelled(shop)
    for text in ("one", "two", "three"):
        shop.edit(text)
        shop.up()
    assert all(each.labels["team"] == "shop" for each in shop.operations())
    assert {each.stage for each in shop.operations()} == {"build", "deploy", "release", "park", "destroy"}


def test_what_is_made_outside_also_says_whose_it_is(shop: Shop) -> None:
    labelled(shop)
    shop.commit = "c0ffee1"
    shop.up(user="ada")
    (made,) = shop.world.read()["deployments"].values()
    deploy = shop.last("deploy")
    assert deploy.artifact is not None
    assert made["labels"] == {
        "team": "shop",
        "tier": "deploy",
        "zone": "a",
        "milepost/project": "shop",
        "milepost/app": "web",
        "milepost/workspace": "default",
        "milepost/store": shop.store.id,
        "milepost/run": deploy.run,
        "milepost/number": "1",
        "milepost/operation": deploy.id,
        "milepost/kind": "deploy",
        "milepost/when": deploy.started.isoformat(),
        "milepost/user": "ada",
        "milepost/commit": "c0ffee1",
        "milepost/digest": deploy.artifact.digest,
        "milepost/artifact": deploy.artifact.reference,
        "milepost/artifact-kind": deploy.artifact.kind,
    }
    assert {each for each in made["labels"] if each.startswith("milepost/")} == set(OWN)


def test_ours_cannot_be_taken(shop: Shop) -> None:
    shop.up(labels={"milepost/app": "other"})
    (made,) = shop.world.read()["deployments"].values()
    assert made["labels"]["milepost/app"] == "web"


def test_what_nobody_knows_is_no_label(shop: Shop) -> None:
    shop.up()
    (made,) = shop.world.read()["deployments"].values()
    assert set(OWN) - set(made["labels"]) == {"milepost/user", "milepost/commit"}


def test_a_label_of_a_user_is_never_taken_for_one_of_ours(shop: Shop) -> None:
    shop.up(labels={"milepost/user": "mallory", "milepost/anything": "else"})
    (made,) = shop.world.read()["deployments"].values()
    assert not {"milepost/user", "milepost/anything"} & set(made["labels"])
