"""References of images are read, completed and shortened as docker does it."""

from __future__ import annotations

import pytest

from milepost.sdk import MilepostError
from milepost_docker.reference import image_name, operation_tag, parse

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "name", "familiar"),
    [
        ("busybox", "docker.io/library/busybox", "busybox"),
        ("busybox:1.36", "docker.io/library/busybox", "busybox:1.36"),
        ("me/shop", "docker.io/me/shop", "me/shop"),
        ("docker.io/busybox", "docker.io/library/busybox", "busybox"),
        ("index.docker.io/me/shop:1", "docker.io/me/shop", "me/shop:1"),
        ("docker.io/library/me/shop", "docker.io/library/me/shop", "library/me/shop"),
        ("localhost/shop", "localhost/shop", "localhost/shop"),
        ("localhost:5000/shop:1", "localhost:5000/shop", "localhost:5000/shop:1"),
        ("registry.test:5000/a/b__c/d-e:v1", "registry.test:5000/a/b__c/d-e", "registry.test:5000/a/b__c/d-e:v1"),
        ("[::1]:5000/shop", "[::1]:5000/shop", "[::1]:5000/shop"),
        (f"shop:1@{DIGEST}", "docker.io/library/shop", f"shop:1@{DIGEST}"),
        ("Registry/shop", "Registry/shop", "Registry/shop"),
    ],
)
def test_a_reference_is_completed_and_shown_as_people_write_it(text: str, name: str, familiar: str) -> None:
    found = parse(text)
    assert (found.name, found.familiar) == (name, familiar)
    assert parse(found.familiar) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" shop", "blanks around it"),
        ("Shop", "must be lower case"),
        ("registry.test/Shop:V1", "must be lower case"),
        ("shop:", "no tag"),
        ("shop:a b", "no tag"),
        ("shop:" + "t" * 129, "no tag"),
        ("shop@sha256:abc", "no digest"),
        ("shop@", "no digest"),
        ("https://registry.test/shop", "no registry"),
        ("registry.test:port/shop", "no registry"),
        ("a//b", "no repository"),
        ("shop_", "no repository"),
        ("registry.test/", "no repository"),
        ("a" * 64, "id of an image|no repository"),
        ("registry.test/" + "a" * 250, "longer than 255"),
    ],
)
def test_what_docker_would_refuse_is_an_error_that_says_why(text: str, why: str) -> None:
    with pytest.raises(MilepostError, match=why):
        parse(text)


def test_an_upper_case_name_gets_the_lower_case_one_as_a_hint() -> None:
    with pytest.raises(MilepostError) as caught:
        parse("me/Shop:V1")
    assert caught.value.hint == "write me/shop:V1"


def test_a_reference_is_tagged_and_pinned() -> None:
    found = parse(f"registry.test/shop:1@{DIGEST}")
    assert found.tagged("2").familiar == "registry.test/shop:2"
    assert found.pinned(DIGEST).familiar == f"registry.test/shop@{DIGEST}"
    with pytest.raises(MilepostError, match="cannot be a tag"):
        found.tagged("feature/x")


def test_docker_hub_is_asked_at_another_host() -> None:
    assert parse("busybox").api_server == "registry-1.docker.io"
    assert parse("registry.test:5000/x").api_server == "registry.test:5000"


def test_an_image_is_named_after_project_and_app() -> None:
    assert image_name("shop", "web") == "milepost/shop/web"


@pytest.mark.parametrize(
    "names",
    [("Shop", "web"), ("shop", "web app"), ("ü", "ß"), ("-", "."), ("a/b", "c"), ("x" * 300, "y" * 300), ("a_", "b")],
)
def test_a_name_that_docker_would_not_take_becomes_one_that_it_takes(names: tuple[str, str]) -> None:
    assert parse(image_name(*names)).familiar == image_name(*names)


def test_apps_whose_names_look_alike_do_not_share_an_image() -> None:
    alike = ["web", "Web", "WEB", "web.", "web-", "web_", "we/b", "wéb"]
    assert len({image_name("shop", each) for each in alike}) == len(alike)


def test_the_tag_of_an_operation_is_its_id_in_small_letters() -> None:
    assert operation_tag("01JABCDEF") == "01jabcdef"
    assert parse(f"shop:{operation_tag('an odd/id')}").tag
