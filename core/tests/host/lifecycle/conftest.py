"""What the tests of the lifecycle share: a shop of fakes, in this process or in processes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import Shop
from milepost.testing.distribution import installed


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A project of one app made of fakes, nothing of it built yet."""
    made = Shop(tmp_path)
    with installed(made.site):
        yield made


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealShop]:
    """The same, carried out by real processes on a store on disk."""
    made = RealShop(tmp_path)
    with installed(made.site):
        yield made
    made.close()
