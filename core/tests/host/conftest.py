"""What the tests of the host share: a shop whose runs are real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.tests.host.lifecycle.real import RealShop
from milepost.testing.distribution import installed


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealShop]:
    """A project of fakes, carried out by real processes on a store on disk."""
    made = RealShop(tmp_path)
    with installed(made.site):
        yield made
    made.close()
