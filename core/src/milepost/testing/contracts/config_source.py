# ruff: noqa: D102 - the name of a contract test is its sentence
"""The contract of a config source: an answer for each request, in their order, and nothing secret in what it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from milepost.host.plugins.offers import mistake
from milepost.sdk.config import PluginConfig
from milepost.sdk.offer import ConfigSourceOffer
from milepost.sdk.roles import ConfigSource
from milepost.sdk.source import AnyRequest, SourceStep, ValueRequest
from milepost.testing.contracts.contract import Contract, needs
from milepost.testing.source import FakeSourceStep


class ConfigSourceContract(Contract):
    """Inherit it, and override `offer`, `values`, `absent`, `broken`, and `step` to put the values in their place.

    Capabilities for `lacks`: `absent` (it cannot tell that there is no such value), `broken` (nothing fails).
    """

    @pytest.fixture
    def offer(self) -> ConfigSourceOffer:
        """Return what the plugin's hook returns."""
        raise NotImplementedError

    @pytest.fixture
    def values(self) -> Mapping[str, PluginConfig]:
        """Return two values or more, each a text that stands nowhere else, with the arguments that give it."""
        raise NotImplementedError

    @pytest.fixture
    def absent(self) -> PluginConfig:
        """Return the arguments of a value that is not there."""
        raise NotImplementedError

    @pytest.fixture
    def broken(self) -> PluginConfig:
        """Return the arguments of a value that cannot be read although it may be there."""
        raise NotImplementedError

    @pytest.fixture
    def step(self, tmp_path: Path) -> SourceStep:
        """Return the step; the values are where the source finds them."""
        return FakeSourceStep(tmp_path)

    @pytest.fixture
    def source(self, offer: ConfigSourceOffer) -> ConfigSource:
        """Return the source, made as the host makes it."""
        return offer.load()()

    def test_the_offer_is_sound(self, offer: ConfigSourceOffer, values: Mapping[str, PluginConfig]) -> None:
        assert mistake("config_source", offer) == ""
        assert all(isinstance(each, offer.config) for each in values.values())

    def test_each_request_is_answered_in_its_order(
        self, source: ConfigSource, values: Mapping[str, PluginConfig], step: SourceStep
    ) -> None:
        assert len(values) > 1, "the contract wants two values"
        wanted = [*values, *values]
        found = source.read([_asked(values[each]) for each in wanted], step)
        assert [each.value for each in found] == wanted

    def test_no_request_has_no_answer(self, source: ConfigSource, step: SourceStep) -> None:
        assert list(source.read([], step)) == []

    @needs("absent")
    def test_a_value_that_is_not_there_is_missing_and_the_others_are_found(
        self, source: ConfigSource, values: Mapping[str, PluginConfig], absent: PluginConfig, step: SourceStep
    ) -> None:
        first, *_ = values
        found = source.read([_asked(absent), _asked(values[first])], step)
        assert [each.value for each in found] == [None, first]
        assert found[0].missing
        assert found[0].why

    @needs("broken")
    def test_a_value_that_cannot_be_read_says_why_and_is_not_missing(
        self, source: ConfigSource, values: Mapping[str, PluginConfig], broken: PluginConfig, step: SourceStep
    ) -> None:
        first, *_ = values
        found = source.read([_asked(values[first]), _asked(broken)], step)
        assert [each.value for each in found] == [first, None]
        assert not found[1].missing
        assert found[1].why

    def test_no_answer_tells_a_value_besides_the_value(
        self, source: ConfigSource, values: Mapping[str, PluginConfig], step: SourceStep
    ) -> None:
        for each in source.read([_asked(each) for each in values.values()], step):
            assert not any(text in each.why + each.hint for text in values)


def _asked(arguments: PluginConfig) -> AnyRequest:
    return ValueRequest(arguments=arguments, timeout=10.0)
