"""A server that answers as it is told, and a bench."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milepost.testing.bench import Bench

from .telling import TellsServer


@pytest.fixture
def make_server() -> Iterator[Callable[[], TellsServer]]:
    """Give what makes servers that answer as they are told."""
    made: list[TellsServer] = []

    def make() -> TellsServer:
        made.append(TellsServer())
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def server(make_server: Callable[[], TellsServer]) -> TellsServer:
    return make_server()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")
