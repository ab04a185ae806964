"""Exports that were damaged or cut off: what is wrong is named, and nothing is imported by halves."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tests.host.keeping.shop import NOON, Shop, exported
from milepost.host.keeping.export import export
from milepost.host.keeping.importing import bring
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import HistoryStore
from milepost.testing.store import MemoryStore

Open = Callable[..., HistoryStore]


def test_broken_lines_are_named_and_nothing_is_imported(shop: Shop, opened: Open, tmp_path: Path) -> None:
    path, other = exported(shop.store, tmp_path / "x.jsonl"), opened("01OTHER")
    text = path.read_text().splitlines()
    text[3] = text[3][:40]
    text[4] = json.dumps({**json.loads(text[4]), "kind": "rnu"})
    path.write_text("\n".join(text) + "\n")
    with pytest.raises(HistoryError) as caught:
        bring(other, path)
    assert "line 4: it is not JSON" in str(caught.value)
    assert "line 5: its kind is 'rnu'" in str(caught.value)
    assert other.latest("run", {}) == []
    done = bring(other, path, skip_broken=True)
    assert {each.line for each in done.broken} >= {4, 5, 6}
    assert (done.new.runs, done.new.operations) == (5, 10)


def test_half_an_export_is_refused(shop: Shop, opened: Open, tmp_path: Path) -> None:
    path, other = exported(shop.store, tmp_path / "x.jsonl"), opened("01OTHER")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:8]))
    with pytest.raises(HistoryError, match="line 9: the end is missing: the export was cut off"):
        bring(other, path)
    assert other.latest("run", {}) == []


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_no_damage_to_a_file_imports_half_of_it(data: st.DataObject) -> None:
    shop = Shop(MemoryStore())
    shop.up()
    out = io.StringIO()
    export(shop.store, out, NOON)
    raw = bytearray(out.getvalue().encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    other = MemoryStore("01OTHER")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_bytes(raw)
        try:
            done = bring(other, path, name="x")
        except HistoryError:
            assert other.latest("run", {}) == []
            return
    assert done.new.runs + done.known == 1
    assert len(other.latest("operation", {})) == 3
