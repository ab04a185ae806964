"""Which registries a Dockerfile's base images come from."""

from __future__ import annotations

import pytest

from milepost_docker.builder.bases import base_servers


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("FROM busybox", ("docker.io",)),
        ("from --platform=linux/arm64 one.test:5000/a/b:1 as build\nFROM build\nFROM scratch", ("one.test:5000",)),
        (
            "FROM scratch\nCOPY --chown=1 --from=two.test/x@sha256:" + "a" * 64 + " / /\nCOPY --from=0 a b",
            ("two.test",),
        ),
        ("ARG HUB=three.test\nARG V\nFROM ${HUB}/a:$V", ("three.test",)),
        ('ARG HUB="four.test"\nFROM $HUB/a\nFROM $HUB/b', ("four.test",)),
        ("FROM ${UNKNOWN:-x}/a\nFROM one/UPPER", ()),
        ("# FROM five.test/a\nRUN echo FROM six.test/a", ()),
    ],
)
def test_the_registries_are_those_of_from_and_copy(text: str, servers: tuple[str, ...]) -> None:
    assert base_servers(text, {"V": "7"}) == servers


def test_a_build_arg_wins_over_its_default() -> None:
    assert base_servers("ARG HUB=three.test\nFROM $HUB/a", {"HUB": "mine.test"}) == ("mine.test",)
