"""The contract of the platform, held by real folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from milepost_webroot.config import WebrootConfig
from milepost_webroot.plugin import milepost_platform

from milepost.sdk import FILE_TREE, Artifact, PlatformOffer, PluginConfig
from milepost.testing.bench import Bench
from milepost.testing.contracts.platform import PlatformContract


class TestWebroot(PlatformContract):
    lacks: ClassVar[Mapping[str, str]] = {
        "endless": "files need no time to start",
        "parks": "files cannot be stopped",
        "logs": "files print nothing",
        "exec": "nothing runs beside files",
        "tasks": "nothing can run files",
        "finds": "folders carry no labels",
        "adopts": "what it cannot find it cannot adopt",
        "scales": "a folder has no replicas",
    }

    @pytest.fixture
    def offer(self) -> PlatformOffer:
        offer = milepost_platform("webroot")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self, root: Path) -> PluginConfig:
        return WebrootConfig(path=str(root))

    @pytest.fixture
    def failing(self, root: Path) -> PluginConfig:
        return WebrootConfig(path=str(root), index="nowhere.html")

    @pytest.fixture
    def artifact(self, bench: Bench) -> Artifact:
        (bench.source / "index.html").write_text("<h1>Hello</h1>")
        digest = hashlib.sha256(b"index.html").hexdigest()
        return Artifact(kind=FILE_TREE, reference=str(bench.source), digest=f"sha256:{digest}")

    @pytest.fixture
    def remains(self, root: Path) -> Callable[[], list[str]]:
        return lambda: [each.name for each in root.iterdir()]

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        root = tmp_path / "webroot"
        root.mkdir()
        return root


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(ValueError, match="must be absolute"):
        WebrootConfig(path="www")
