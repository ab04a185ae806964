"""Installed distributions in a folder of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import scan
from milepost.testing.distribution import installed, write_distribution


class Install(Protocol):
    def __call__(self, source: str, role: str = "builder", word: str = "acme") -> Plugins: ...


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A folder of the import path."""
    folder = tmp_path / "site"
    folder.mkdir()
    with installed(folder):
        yield folder


@pytest.fixture
def install(site: Path, request: pytest.FixtureRequest) -> Install:
    """Install one plugin whose module has that source, and return the plugins that are there."""

    def write(source: str, role: str = "builder", word: str = "acme") -> Plugins:
        groups = {f"milepost.v1.{role}": {word: "acme_plugin"}}
        write_distribution(site, "milepost-acme", "1.2", groups, {"acme_plugin.py": source})
        return Plugins(Catalog(scan([str(site)])))

    return write
