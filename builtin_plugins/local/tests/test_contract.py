"""The contracts of the builder, the registry and the platform, held by real folders and processes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from milepost.sdk import Artifact, BuilderOffer, PlatformOffer, PluginConfig, RegistryOffer
from milepost.testing.contracts.builder import BuilderContract
from milepost.testing.contracts.platform import PlatformContract
from milepost.testing.contracts.registry import RegistryContract
from milepost_local import plugin
from milepost_local.config import FilesConfig, FilesRegistryConfig, LocalConfig


class TestFilesBuilder(BuilderContract):
    @pytest.fixture
    def offer(self) -> BuilderOffer:
        offer = plugin.milepost_builder("files")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self) -> PluginConfig:
        return FilesConfig()

    @pytest.fixture
    def failing(self) -> PluginConfig:
        return FilesConfig(command=["sh", "-c", "echo broken >&2; exit 2"])


class TestFilesRegistry(RegistryContract):
    lacks: ClassVar[Mapping[str, str]] = {"grants": "builders and platforms reach its folder without being let in"}

    @pytest.fixture
    def offer(self) -> RegistryOffer:
        offer = plugin.milepost_registry("files")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self, tmp_path: Path) -> PluginConfig:
        return FilesRegistryConfig(path=str(tmp_path / "registry"))

    @pytest.fixture
    def elsewhere(self, tmp_path: Path) -> PluginConfig:
        return FilesRegistryConfig(path=str(tmp_path / "elsewhere"))

    @pytest.fixture
    def artifact(self, build: Callable[..., Artifact]) -> Artifact:
        return build()

    @pytest.fixture
    def lose(self) -> Callable[[Artifact], None]:
        return lambda artifact: shutil.rmtree(artifact.reference)


class TestLocalPlatform(PlatformContract):
    lacks: ClassVar[Mapping[str, str]] = {"scales": "a supervisor keeps the number of replicas it was started with"}

    @pytest.fixture
    def offer(self) -> PlatformOffer:
        offer = plugin.milepost_platform("local")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self, serving: LocalConfig) -> PluginConfig:
        return serving

    @pytest.fixture
    def failing(self) -> PluginConfig:
        return LocalConfig(command=["sh", "-c", "echo no database >&2; exit 7"])

    @pytest.fixture
    def endless(self) -> PluginConfig:
        return LocalConfig(command=["sleep", "300"], stop_timeout=1)

    @pytest.fixture
    def artifact(self, build: Callable[..., Artifact]) -> Artifact:
        return build()

    @pytest.fixture
    def remains(self, remains: Callable[[], list[str]]) -> Callable[[], list[str]]:
        return remains


class TestStaticSite(PlatformContract):
    lacks: ClassVar[Mapping[str, str]] = {
        "failing": "files that are served as they are cannot fail to start",
        "endless": "files that are served as they are need no wait",
        "scales": "there are no replicas of a folder",
    }

    @pytest.fixture
    def offer(self) -> PlatformOffer:
        offer = plugin.milepost_platform("local")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self) -> PluginConfig:
        return LocalConfig()

    @pytest.fixture
    def artifact(self, build: Callable[..., Artifact]) -> Artifact:
        return build()

    @pytest.fixture
    def remains(self, remains: Callable[[], list[str]]) -> Callable[[], list[str]]:
        return remains


def test_other_words_are_not_offered() -> None:
    offers: list[Any] = [plugin.milepost_builder("x"), plugin.milepost_registry("x"), plugin.milepost_platform("x")]
    assert offers == [None, None, None]


def test_the_wiring_loads_nothing_of_the_plugin() -> None:
    import subprocess

    code = "import sys, milepost_local.plugin; print([n for n in sys.modules if n.startswith('milepost_local.')])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "['milepost_local.plugin']"
