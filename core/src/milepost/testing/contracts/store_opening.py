"""What the contracts of a store share: documents as the tests write them, and how a store is opened."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.sdk.store import Document, HistoryStore, Lease, OutputLine, StoreLock


def run(id: str, **fields: Any) -> Document:
    """Return a run as a document, as a store gets it: without a number."""
    usual = {"id": id, "kind": "run", "workspace": "default", "verb": "up", "status": "running", "apps": ["web"]}
    return {**usual, **fields}


def operation(id: str, of: str, **fields: Any) -> Document:
    """Return an operation of the run `of` as a document."""
    usual = {"id": id, "kind": "operation", "run": of, "workspace": "default", "app": "web"}
    return {**usual, "stage": "build", "status": "running", **fields}


def ids(documents: list[Document]) -> list[str]:
    """Return the ids of the documents in their order."""
    return [each["id"] for each in documents]


def line(number: int, text: str) -> OutputLine:
    """Return a line of output."""
    return OutputLine(number, "2026-01-02T03:04:05+00:00", "plugin", "stdout", text)


class StoreContract:
    """The top of all contracts of a store. Override the fixtures and `again`, and nothing else."""

    @pytest.fixture
    def store(self) -> HistoryStore:
        """Return an empty store of the kind that is tested."""
        raise NotImplementedError(f"{type(self).__name__} must have a fixture named store")

    def again(self, store: HistoryStore) -> HistoryStore:
        """Return the same store as another process would open it; a store that cannot be shared returns itself."""
        return store


def taken(lock: StoreLock, **owner: Any) -> Lease:
    """Take a lock that is free, and return the lease."""
    assert lock.acquire({"who": "holder", **owner})
    lease = lock.lease
    assert lease is not None
    return lease
