"""Imports that are killed in the middle: what is there is whole, and doing it again brings the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.tests.host.keeping.shop import NOON, Shop, contents, exported
from milepost.host.history.sqlite import SqliteStore
from milepost.host.keeping.importing import bring
from milepost.host.keeping.verifying import verify
from milepost.sdk.store import Opening
from milepost.testing.store import MemoryStore

ROOT = Path(__file__).parents[4]
RUNS = 300
KILLS = (0.0, 0.3, 0.6, 0.9)
"""When, as a share of the documents that are there by then."""


@pytest.fixture(scope="module")
def export_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of some hundred runs."""
    shop = Shop(MemoryStore("01MINE"))
    for _ in range(RUNS):
        shop.build()
    path = exported(shop.store, tmp_path_factory.mktemp("export") / "x.jsonl")
    header, rest = path.read_text().split("\n", 1)
    path.write_text(json.dumps({**json.loads(header), "project": "shop", "origin": "path:/shop"}) + "\n" + rest)
    return path


def amount(folder: Path) -> int:
    """Return how many runs and operations have arrived."""
    store = SqliteStore.open(
        folder, Opening("shop", "path:/shop", "", new_id=lambda: "", now=lambda: NOON, create=False)
    )
    try:
        operations = store.latest("operation", {})
        return len(store.latest("run", {})) + sum(bool(store.read_output(each["id"])) for each in operations)
    finally:
        store.close()


@pytest.mark.parametrize("share", KILLS)
def test_an_import_that_is_killed_leaves_a_sound_history_and_is_finished_later(
    export_file: Path, tmp_path: Path, share: float
) -> None:
    folder = tmp_path / "store"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "core.tests.host.keeping.importer", str(folder), str(export_file)]
    process = subprocess.Popen(argv, env=environment, cwd=ROOT)
    while process.poll() is None and amount(folder) <= share * 2 * RUNS:
        time.sleep(0.002)
    process.kill()
    process.wait()
    store = SqliteStore.open(folder, Opening("shop", "path:/shop", "", new_id=lambda: "01MINE", now=lambda: NOON))
    assert verify(store).damage == ()
    bring(store, export_file)
    again = contents(store)
    store.close()
    fresh = SqliteStore.open(
        tmp_path / "fresh", Opening("shop", "path:/shop", "", new_id=lambda: "01MINE", now=lambda: NOON)
    )
    bring(fresh, export_file)
    assert contents(fresh) == again
    fresh.close()
