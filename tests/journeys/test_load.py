"""Releases under load: whatever the clients do, none of them sees that a version replaces another."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.place import Place, text_of

UPS, ROLLBACKS = 20, 5


@contextmanager
def load(url: str) -> Iterator[dict[str, Any]]:
    """Have clients ask in a process of their own; what they saw is in the dict afterwards."""
    seen: dict[str, Any] = {}
    argv = (sys.executable, str(Path(__file__).with_name("load.py")), url)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield seen
        finally:
            seen.update(json.loads(process.communicate(timeout=60)[0]))


@pytest.mark.serial
def test_twenty_ups_and_five_rollbacks_under_load_fail_no_request(shop: Place) -> None:
    # keep_releases lets each rollback find a version that stands.
    text = (shop.folder / "milepost.hcl").read_text()
    shop.write(milepost__hcl=text.replace('app "web" {', 'app "web" {\n  keep_releases = 3', 1))
    url = shop.up()["urls"][0]
    moments = []
    with load(url) as seen:
        for number in range(UPS):
            shop.write(version__txt=f"version {number}")
            moments.append((time.time(), f"up {number}"))
            shop.up()
        assert text_of(url) == f"version {UPS - 1}"
        for number in range(ROLLBACKS):
            moments.append((time.time(), f"rollback {number}"))
            shop.json("rollback")
        assert text_of(url) == f"version {UPS - 1 - ROLLBACKS}"
    assert seen["failures"] == [], (seen, moments)
    assert len(seen["counts"]) == 8
    assert min(seen["counts"].values()) >= 20, seen
