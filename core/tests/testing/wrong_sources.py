"""Config sources that are wrong in one way each: pytest collects this only as the copy that a test makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from milepost.sdk.source import ValueResult
from milepost.testing.contracts.config_source import ConfigSourceContract
from milepost.testing.fakes import plugin
from milepost.testing.fakes.source import VALUES, FakeSource, FakeSourceArguments
from milepost.testing.project import write_files
from milepost.testing.source import FakeSourceStep


class OfSource(ConfigSourceContract):
    Made = FakeSource

    @pytest.fixture
    def offer(self):
        return replace(plugin.milepost_config_source("fake"), load=lambda: self.Made)

    @pytest.fixture
    def values(self):
        return {"sekret-one": FakeSourceArguments(name="one"), "sekret-two": FakeSourceArguments(name="two")}

    @pytest.fixture
    def absent(self):
        return FakeSourceArguments(name="gone")

    @pytest.fixture
    def broken(self):
        return FakeSourceArguments(name="sealed")

    @pytest.fixture
    def step(self, tmp_path):
        write_files(tmp_path / "home", {VALUES: '{"one": "sekret-one", "two": "sekret-two", "sealed": null}'})
        return FakeSourceStep(tmp_path)


class TestAnswersBackwards(OfSource):
    class Made(FakeSource):
        def read(self, requests, step):
            return super().read(requests, step)[::-1]


class TestRaisesForOne(OfSource):
    class Made(FakeSource):
        def read(self, requests, step):
            return [ValueResult(value=each.value or {}[each.why]) for each in super().read(requests, step)]


class TestTellsTheValue(OfSource):
    class Made(FakeSource):
        def read(self, requests, step):
            return [structs.replace(each, why=f"found {each.value}") for each in super().read(requests, step)]
