from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import pytest

from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower


@pytest.fixture
def benchmark_ratio() -> Callable[[str, str], float]:
    """How much longer one text takes to be read than another."""

    def ratio(one: str, other: str) -> float:
        lower(source_of("warm", b"a = 1\n"))
        seconds = []
        for text in (one, other):
            start = perf_counter()
            lower(source_of("milepost.hcl", text.encode()))
            seconds.append(perf_counter() - start)
        return seconds[0] / seconds[1]

    return ratio
