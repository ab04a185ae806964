"""The releaser keeps the contract of its role."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from milepost.sdk import Endpoint, PluginConfig, Release, ReleaserOffer
from milepost.testing.contracts.releaser import ReleaserContract
from milepost_caddy.config import CaddyConfig
from milepost_caddy.plugin import milepost_releaser


class TestCaddy(ReleaserContract):
    @pytest.fixture
    def offer(self) -> ReleaserOffer:
        offer = milepost_releaser("caddy")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self) -> PluginConfig:
        return CaddyConfig(drain=1)

    @pytest.fixture
    def endpoints(self, backends: Any) -> Callable[[str], tuple[Endpoint, ...]]:
        return lambda operation: (Endpoint(kind="http-endpoint/1", address=backends.start(operation)),)

    @pytest.fixture
    def ask(self, answer: Any) -> Callable[[Release], str]:
        return lambda release: answer(release).body


class TestSharedCaddy(TestCaddy):
    points = 10

    @pytest.fixture
    def config(self) -> PluginConfig:
        with socket.create_server(("127.0.0.1", 0)) as free:
            return CaddyConfig(shared=True, listen="127.0.0.1", port=free.getsockname()[1], drain=1)
