"""What a registry block may say, and what it may not."""

from __future__ import annotations

import pytest

from milepost.sdk import Credential
from milepost.sdk.secret import Part
from milepost_docker.engine.config import Auth
from milepost_docker.registry.config import DockerRegistryConfig


def test_the_repository_may_have_a_port_and_the_tag_may_be_left_out() -> None:
    config = DockerRegistryConfig(image="localhost:5000/shop/web")
    assert (config.place.server, config.place.path, config.tag) == ("localhost:5000", "shop/web", None)


@pytest.mark.parametrize("image", ["shop/web:1", f"shop/web@sha256:{'a' * 64}", "shop/Web", ""])
def test_an_image_that_is_no_repository_is_refused(image: str) -> None:
    with pytest.raises(ValueError, match=r"reference|tag"):
        DockerRegistryConfig(image=image)


@pytest.mark.parametrize("words", [{"tag": "a b"}, {"tags": ("1", "-x")}])
def test_a_tag_that_no_registry_takes_is_refused(words: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="tag"):
        DockerRegistryConfig(image="shop/web", **words)  # type: ignore[arg-type]  # as the file says it


def test_auth_for_another_registry_than_that_of_the_image_is_refused() -> None:
    auth = Auth(hostname="other.example.com", username="anna", password=Credential([Part("x")]))
    with pytest.raises(ValueError, match=r"other\.example\.com"):
        DockerRegistryConfig(image="registry.example.com/shop", auth=auth)
    own = Auth(hostname="registry.example.com")
    assert DockerRegistryConfig(image="registry.example.com/shop", auth=own).auth == own
