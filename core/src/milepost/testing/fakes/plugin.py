"""Wiring of the fake plugins: builders, registries, platforms, a releaser, a config source, two functions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from milepost.sdk.artifact import CONTAINER_IMAGE, FILE_TREE
from milepost.sdk.deployment import HTTP_ENDPOINT, STATIC_FILES
from milepost.sdk.functions import Function, FunctionError, function
from milepost.sdk.hooks import hookimpl
from milepost.sdk.offer import (
    BuilderOffer,
    ConfigSourceOffer,
    DefaultReleaser,
    PlatformOffer,
    RegistryOffer,
    ReleaserOffer,
)
from milepost.testing.distribution import write_distribution
from milepost.testing.fakes.builder import FakeBuilder, FakeBuilderConfig, FakeRegistry, FakeRegistryConfig
from milepost.testing.fakes.images import (
    FakeEngine,
    FakeEngineConfig,
    FakeImageBuilder,
    FakeImageConfig,
    FakeImages,
    FakeImagesConfig,
)
from milepost.testing.fakes.platform import (
    FakePlatform,
    FakePlatformConfig,
    FakePlatformState,
    InPlacePlatform,
    PlainPlatform,
    exposed,
)
from milepost.testing.fakes.releaser import FakeReleaser, FakeReleaserConfig, FakeReleaserState
from milepost.testing.fakes.source import FakeSource, FakeSourceArguments

WORDS = {
    "builder": ("fake", "fake-image"),
    "registry": ("fake", "fake-images"),
    "platform": ("fake", "fake-plain", "fake-in-place", "fake-engine"),
    "releaser": ("fake",),
    "config_source": ("fake",),
    "functions": ("shout", "stumble"),
}


def install_fakes(folder: Path) -> Path:
    """Write a distribution `milepost-fakes` that offers these plugins into a folder of the import path."""
    groups = {f"milepost.v1.{role}": dict.fromkeys(words, __name__) for role, words in WORDS.items()}
    return write_distribution(folder, "milepost-fakes", "1.0", groups)


@hookimpl
def milepost_builder(word: str) -> BuilderOffer:
    """Offer `fake`, and `fake-image`, which can push by itself."""
    if word == "fake-image":
        return BuilderOffer(
            config=FakeImageConfig,
            produces=lambda config: CONTAINER_IMAGE,
            load=lambda: FakeImageBuilder,
            wants_targets=lambda config: not config.platforms,
        )
    return BuilderOffer(config=FakeBuilderConfig, produces=lambda config: FILE_TREE, load=lambda: FakeBuilder)


@hookimpl
def milepost_registry(word: str) -> RegistryOffer:
    """Offer `fake`, and `fake-images`, which grants access."""
    if word == "fake-images":
        return RegistryOffer(config=FakeImagesConfig, accepts=(CONTAINER_IMAGE,), load=lambda: FakeImages)
    return RegistryOffer(config=FakeRegistryConfig, accepts=(FILE_TREE,), load=lambda: FakeRegistry)


@hookimpl
def milepost_platform(word: str) -> PlatformOffer:
    """Offer `fake`, which can do everything, `fake-plain`, which is public at once, `fake-in-place`, `fake-engine`."""
    classes = {"fake": FakePlatform, "fake-plain": PlainPlatform, "fake-in-place": InPlacePlatform}
    classes |= {"fake-engine": FakeEngine}
    does_all = word in ("fake", "fake-engine")
    return PlatformOffer(
        config=FakeEngineConfig if word == "fake-engine" else FakePlatformConfig,
        state=FakePlatformState,
        accepts=(CONTAINER_IMAGE if word == "fake-engine" else FILE_TREE,),
        exposes=exposed,
        load=lambda: classes[word],
        stages=does_all,
        parks=does_all,
        files=does_all,
        default_releaser=DefaultReleaser(word="fake") if does_all else None,
    )


@hookimpl
def milepost_releaser(word: str) -> ReleaserOffer:
    """Offer the releaser `fake`."""
    return ReleaserOffer(
        config=FakeReleaserConfig,
        state=FakeReleaserState,
        accepts=(HTTP_ENDPOINT, STATIC_FILES),
        load=lambda: FakeReleaser,
    )


@hookimpl
def milepost_config_source(word: str) -> ConfigSourceOffer:
    """Offer the config source `fake`."""
    return ConfigSourceOffer(config=FakeSourceArguments, load=lambda: FakeSource)


@hookimpl
def milepost_functions() -> Sequence[Function]:
    """Offer the functions `shout` and `stumble`."""
    return (shout, stumble)


@function
def shout(text: str, times: int = 1) -> str:
    """Return the text in capital letters, with so many exclamation marks."""
    if times < 0:
        raise FunctionError("nobody can shout less than not at all", 1)
    return text.upper() + "!" * times


@function
def stumble(text: str) -> str:
    """Raise what a function must not raise."""
    raise KeyError(text)
