"""The three sources keep the contract of config sources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from milepost.sdk import PluginConfig
from milepost.sdk.offer import ConfigSourceOffer
from milepost.sdk.source import SourceStep
from milepost.testing.contracts.config_source import ConfigSourceContract
from milepost.testing.project import write_files
from milepost.testing.source import FakeSourceStep
from milepost_config_sources.arguments import CommandArguments, EnvArguments, FileArguments
from milepost_config_sources.offers import OFFERS

FIRST, SECOND = "postgres://db-one", "hunter2-hunter2"


class TestEnv(ConfigSourceContract):
    lacks: ClassVar[Mapping[str, str]] = {"broken": "an environment can always be read"}

    @pytest.fixture
    def offer(self) -> ConfigSourceOffer:
        return OFFERS["env"]

    @pytest.fixture
    def values(self) -> Mapping[str, PluginConfig]:
        return {FIRST: EnvArguments(name="DB_URL"), SECOND: EnvArguments(name="PASSWORD")}

    @pytest.fixture
    def absent(self) -> PluginConfig:
        return EnvArguments(name="NOTHING")

    @pytest.fixture
    def step(self, tmp_path: Path) -> SourceStep:
        return FakeSourceStep(tmp_path, {"DB_URL": FIRST, "PASSWORD": SECOND})


class TestFile(ConfigSourceContract):
    @pytest.fixture
    def offer(self) -> ConfigSourceOffer:
        return OFFERS["file"]

    @pytest.fixture
    def values(self, tmp_path: Path) -> Mapping[str, PluginConfig]:
        write_files(tmp_path, {"project/db.txt": FIRST, "elsewhere/password": f"{SECOND}\n"})
        return {FIRST: FileArguments(path="db.txt"), SECOND: FileArguments(path=str(tmp_path / "elsewhere/password"))}

    @pytest.fixture
    def absent(self) -> PluginConfig:
        return FileArguments(path="nothing.txt")

    @pytest.fixture
    def broken(self) -> PluginConfig:
        return FileArguments(path="../elsewhere/password")


class TestCommand(ConfigSourceContract):
    lacks: ClassVar[Mapping[str, str]] = {"absent": "a program that fails does not tell whether there is a value"}

    @pytest.fixture
    def offer(self) -> ConfigSourceOffer:
        return OFFERS["command"]

    @pytest.fixture
    def values(self) -> Mapping[str, PluginConfig]:
        return {FIRST: CommandArguments(argv=["echo", FIRST]), SECOND: CommandArguments(argv=["printf", SECOND])}

    @pytest.fixture
    def broken(self) -> PluginConfig:
        return CommandArguments(argv=["false"])
