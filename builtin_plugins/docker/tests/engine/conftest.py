"""What the tests of the engine share."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep

from .fake_engine import FakeEngine


@pytest.fixture
def step(tmp_path: Path) -> FakeStep:
    """Give a step of a deploy."""
    return Bench(tmp_path).step("deploy")


@pytest.fixture
def fake_engine() -> Iterator[FakeEngine]:
    """Give an engine that answers as the test says."""
    # A socket's path has 104 characters at the most.
    with tempfile.TemporaryDirectory(prefix="fake-") as folder, socket.socket(socket.AF_UNIX) as listener:
        fake = FakeEngine(Path(folder) / "s")
        listener.bind(str(fake.path))
        listener.listen()
        threads: list[threading.Thread] = []
        stop = threading.Event()

        def accept() -> None:
            while True:
                line, _ = listener.accept()
                if stop.is_set():
                    line.close()
                    return
                threads.append(threading.Thread(target=fake.serve, args=(line,)))
                threads[-1].start()

        thread = threading.Thread(target=accept)
        thread.start()
        yield fake
        stop.set()
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(fake.path))
        for each in (thread, *threads):
            each.join()
