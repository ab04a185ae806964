"""What holds for every test here: none changes the environment or the working folder, and journeys run alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

JOURNEYS = Path(__file__).parent / "journeys"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in `journeys`, so that it is not run beside other tests."""
    for item in items:
        if item.path.is_relative_to(JOURNEYS):
            item.add_marker("journey")


@pytest.fixture(autouse=True)
def _unchanged_surroundings() -> Iterator[None]:
    """Fail a test that leaves another environment or working folder than it found."""
    environment, folder = dict(os.environ), Path.cwd()
    yield
    left = dict(os.environ)
    environment.pop("PYTEST_CURRENT_TEST", None)
    left.pop("PYTEST_CURRENT_TEST", None)
    assert left == environment
    assert Path.cwd() == folder
