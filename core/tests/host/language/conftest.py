from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower


@pytest.fixture
def benchmark_ratio() -> Callable[[str, str], float]:
    """How much longer one text takes to be read than another."""

    def seconds(text: str) -> float:
        source = source_of("milepost.hcl", text.encode())
        start = process_time()
        lower(source)
        return process_time() - start

    def ratio(one: str, other: str) -> float:
        lower(source_of("warm", b"a = 1\n"))
        # The best of some: whatever else runs on the machine only adds to a time.
        return min(seconds(one) for _ in range(3)) / min(seconds(other) for _ in range(5))

    return ratio
