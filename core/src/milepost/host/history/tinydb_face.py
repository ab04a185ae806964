"""TinyDB's own tables and queries over the documents of a store, to read only."""

from __future__ import annotations

from typing import Any, NoReturn

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from milepost.sdk.errors import HistoryError
from milepost.sdk.store import HistoryStore

TABLES = {"runs": "run", "operations": "operation"}


class StoreStorage(Storage):
    """A TinyDB storage that reads a store anew each time, the oldest document first, and refuses to write."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store

    def read(self) -> dict[str, dict[str, Any]]:
        """Return all documents by table and place."""
        return {
            table: {str(place): each for place, each in enumerate(self._store.latest(kind, {}, oldest=True), start=1)}
            for table, kind in TABLES.items()
        }

    def write(self, data: dict[str, dict[str, Any]]) -> NoReturn:
        """Raise HistoryError: only milepost itself writes history."""
        raise HistoryError("the history is read-only here: what happened cannot be changed", hint="milepost history")


class FreshTable(Table):
    """A table that remembers no answers: others write the history meanwhile."""

    def __init__(self, storage: Storage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        super().__init__(storage, name, cache_size, persist_empty)


class HistoryTables(TinyDB):
    """A TinyDB with the tables `runs` and `operations`."""

    table_class = FreshTable


def open_tables(store: HistoryStore) -> TinyDB:
    """Return the store's documents as a TinyDB: `open_tables(store).table("runs").search(where("verb") == "up")`."""
    return HistoryTables(store, storage=StoreStorage)
