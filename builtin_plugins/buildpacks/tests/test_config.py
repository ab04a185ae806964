"""The `use` block and the offer: what is refused, and what the host is told."""

from __future__ import annotations

from typing import Any

import pytest

from milepost_buildpacks import offers, plugin
from milepost_buildpacks.config import BuildpacksConfig


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"platform": "arm64"}, "expected OS/ARCHITECTURE"),
        ({"cache": "somewhere"}, "expected volume:NAME"),
        ({"cache": "volume:"}, "expected volume:NAME"),
        ({"launch_cache": "image:x"}, "the cache of the build only"),
        ({"creation_time": "yesterday"}, "neither `now` nor seconds"),
        ({"env": {"A B": "c"}}, "is no name of a variable"),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_what_was_expected(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        BuildpacksConfig(**fields)


def test_both_words_are_the_same_builder() -> None:
    assert plugin.milepost_builder("pack") == plugin.milepost_builder("buildpacks") is not None
    assert plugin.milepost_builder("docker") is None


def test_the_platform_is_asked_for_what_it_runs_unless_the_file_says_it() -> None:
    assert offers.builder().asks_targets(BuildpacksConfig())
    assert not offers.builder().asks_targets(BuildpacksConfig(platform="linux/amd64"))
