"""A process that imports an export into a store: `importer.py FOLDER FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from core.tests.host.keeping.shop import NOON
from milepost.host.history.sqlite import SqliteStore
from milepost.host.keeping.importing import bring
from milepost.sdk.store import Opening


def main(folder: str, file: str) -> None:
    """Import it."""
    store = SqliteStore.open(Path(folder), Opening("shop", "path:/shop", "", new_id=lambda: "01MINE", now=lambda: NOON))
    bring(store, Path(file))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
